import type { Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseMhtml } from '../../../src/capture/mhtml.ts';
import { snapshotDom, snapshotMhtml, takeScreenshot } from '../../../src/capture/page-snapshot.ts';
import { buildProofPage } from '../../../src/capture/proof-page.ts';
import { UNTARGETED } from '../../../src/capture/visitor.ts';
import { parseHtml, visibleText } from '../../../src/extract/dom.ts';
import type { LeasedPage } from '../../../src/fleet/browser-pool.ts';
import { Deadline } from '../../../src/platform/deadline.ts';
import { type CaptureWorld, openCaptureWorld } from '../fleet/capture-world.ts';
import { echoStage } from '../stage/echo-stage.ts';

let world: CaptureWorld;
let leased: LeasedPage;
let page: Page;
beforeAll(async () => {
  world = await openCaptureWorld([echoStage()], { processors: 1 });
});
afterAll(() => world.close());
beforeEach(async () => {
  leased = await world.pool.acquire({ visitor: UNTARGETED, headers: {} }, Deadline.after(40_000));
  page = leased.ready.page;
});
afterEach(() => leased.release(true));

/** What people see of a page, read from its HTML. */
const seenIn = (html: string): string => visibleText(parseHtml(html).root()[0] ?? expect.unreachable());

describe('a picture of a page', () => {
  it('is taken although one of its animations cannot be put at its end; the others are', async () => {
    await page.setContent('<p id="stuck">one</p><p id="moving">two</p>');
    const states = (): Promise<string[]> =>
      page.evaluate(() => document.getAnimations().map(({ id, playState }) => `${id} ${playState}`));
    await page.evaluate(() => {
      const animate = (id: string, at: string): Animation => {
        const timing = { duration: 600_000, fill: 'forwards', id } as const;
        return (document.querySelector(at) as Element).animate([{ opacity: 0.2 }, { opacity: 1 }], timing);
      };
      animate('stuck', '#stuck').playbackRate = 0;
      animate('moving', '#moving');
    });
    expect((await states()).sort()).toEqual(['moving running', 'stuck running']);
    const shot = await takeScreenshot(page, leased.ready.cdp);
    expect(shot.png.subarray(1, 4).toString()).toBe('PNG');
    expect((await states()).sort()).toEqual(['moving finished', 'stuck running']);
  });
});

/** A card with an open shadow root that holds another one; the page's own words stand in its slot. */
const CARDS = `<!doctype html><html lang="en" data-a="&quot;>"><head><title>Cards</title></head><body><p>before</p><x-card><b>in the slot</b></x-card>
<form><input name="shadowRoot"></form><template><p>inert</p></template><!--kept--></body></html>`;

function attachRoots(): void {
  const host = document.querySelector('x-card') as Element;
  const root = host.attachShadow({ mode: 'open' });
  root.innerHTML = '<style>p { color: rgb(1, 2, 3) }</style><p>outer <slot></slot></p><x-inner></x-inner>';
  const inner = root.querySelector('x-inner') as Element;
  inner.attachShadow({ mode: 'open' }).innerHTML = '<p>inner</p><script>document.title = "ran"</script>';
}

describe('the stored HTML of a page', () => {
  it('holds its open shadow roots, however deep, and readers see what people see', async () => {
    await page.setContent(CARDS);
    const without = await page.evaluate(() => document.documentElement.outerHTML);
    await page.evaluate(attachRoots);
    const { html, clipped } = await snapshotDom(page);
    expect(clipped).toBe(false);
    expect(html).toContain('<x-inner><template shadowrootmode="open"><p>inner</p>');
    expect(seenIn(html)).toBe('before\nouter in the slot\ninner');
    // Beside them it is what it was: the same without the templates.
    const bare = html.replace(/<template shadowrootmode.*<\/template>(?=<b>)/, '');
    expect(bare).toBe(`<!DOCTYPE html>${without}`);
  });

  it('is not changed by a byte where there is none', async () => {
    await page.setContent(CARDS);
    const whole = await page.evaluate(() => document.documentElement.outerHTML);
    expect(await snapshotDom(page)).toEqual({ html: `<!DOCTYPE html>${whole}`, clipped: false });
  });
});

describe('the proof page of a page with shadow roots', () => {
  it.each(['with the browser’s archive', 'without it'])(
    'shows them in a browser, and nothing runs: %s',
    async (how) => {
      await page.setContent(CARDS);
      await page.evaluate(attachRoots);
      const { html } = await snapshotDom(page);
      const parts = how === 'without it' ? [] : parseMhtml(await snapshotMhtml(leased.ready.cdp));
      const proof = buildProofPage(html, parts, {
        surface: 'chatgpt',
        url: null,
        capturedAt: '2026-11-28T00:00:00Z',
      });
      expect(proof).not.toContain('<script');
      await page.goto(`data:text/html;charset=utf-8;base64,${Buffer.from(proof).toString('base64')}`);
      // Playwright looks into shadow roots as people do; `innerText` does not.
      for (const text of ['before', 'outer', 'in the slot', 'inner'])
        expect(await page.getByText(text, { exact: true }).isVisible(), text).toBe(true);
      expect(await page.getByText('inert').count()).toBe(0);
      expect(
        await page.evaluate(() => document.querySelector('x-card')?.shadowRoot?.childElementCount),
      ).toBeGreaterThan(0);
      expect(await page.title()).toBe('Cards');
    },
  );
});
