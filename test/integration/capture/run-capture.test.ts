import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { budgetsFor } from '../../../src/capture/budgets.ts';
import { type CaptureOrder, seePage } from '../../../src/capture/see-page.ts';
import { visitorOf } from '../../../src/capture/visitor.ts';
import { type CaptureYield, writeUp } from '../../../src/capture/write-up.ts';
import { CaptureError } from '../../../src/contract/errors.ts';
import type { Region } from '../../../src/contract/region.ts';
import type { Surface } from '../../../src/contract/surface.ts';
import { BrowserPool } from '../../../src/fleet/browser-pool.ts';
import { readCapture } from '../../../src/fleet/read-capture.ts';
import { stageHeaders } from '../../../src/fleet/stage-headers.ts';
import { findBrowser } from '../../../src/platform/browser-binary.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { readConfig } from '../../../src/platform/config.ts';
import { Deadline } from '../../../src/platform/deadline.ts';
import { createLog } from '../../../src/platform/log.ts';
import type { Scene } from '../../../src/stage/scene.ts';
import { type Stage, startStage } from '../../../src/stage/server.ts';
import { hugePage, storm } from '../../../src/stage/traps.ts';
import { echoStage } from '../stage/echo-stage.ts';
import { echoSurface } from './echo-surface.ts';

const log = createLog('error', 'test');
/** A button that nobody can click: something lies over it. */
const COVERED: Scene = {
  summary: 'a covered button',
  expect: { outcome: 'answered' },
  handle: async (_request, reply) =>
    reply.html(
      '<!doctype html><body><button id="more">More</button><div style="position:fixed;inset:0"></div>',
    ),
};
let stage: Stage;
let pool: BrowserPool;

beforeAll(async () => {
  const echo = echoStage();
  const plain = echo.scenes.plain;
  if (plain === undefined) throw new Error('the echo stage lost its plain scene');
  const scenes = { ...echo.scenes, storm: storm(plain), huge: hugePage(plain), covered: COVERED };
  stage = await startStage({ stages: [{ ...echo, scenes }] });
  const { path, binary } = await findBrowser(readConfig({}, '/'), 'shell');
  pool = new BrowserPool(
    { executablePath: path, binary, stagePort: stage.port, plugins: [], log },
    systemClock,
  );
  await pool.start();
});

afterAll(async () => {
  await pool?.stop();
  await stage?.stop();
});

interface Asked {
  query: string;
  region?: Region | null;
  surface?: Surface;
  captureMs?: number;
  deadline?: Deadline;
}

async function captured(asked: Asked): Promise<CaptureYield> {
  const { query, region = null, surface = echoSurface(), captureMs = 30_000 } = asked;
  const deadline = asked.deadline ?? Deadline.after(captureMs);
  const leased = await pool.acquire(
    { visitor: visitorOf(region), headers: stageHeaders(surface.name, query) },
    deadline,
  );
  try {
    const budgets = budgetsFor(captureMs);
    const order: CaptureOrder = {
      ...{ surface, query, region, origin: 'stage', deadline, budgets },
      ...{ clock: systemClock, log },
    };
    return writeUp(await seePage(leased.ready, order), leased.ready.browser, order);
  } finally {
    await leased.release(true);
  }
}

describe('one capture', () => {
  it('records html with comments, the stream frame by frame with arrival times, a picture and a safe proof page', async () => {
    const { record, screenshot, thumbnail, proofHtml } = await captured({ query: 'hello there' });
    expect(record.signals).toMatchObject({
      ending: 'settled',
      endMarks: ['complete'],
      failure: null,
      wall: null,
      httpStatus: 200,
    });
    expect(record.html).toContain('<!--kept-->');
    expect(record.html).toContain('hello there');
    const [exchange] = record.transcript;
    expect(exchange).toMatchObject({
      kind: 'fetch',
      method: 'POST',
      status: 200,
      end: 'complete',
      clipped: false,
    });
    expect(exchange?.frames.map(({ data }) => data)).toEqual([
      'data: one\n\n',
      'data: two\n\n',
      'data: [redacted]\n\n',
      'data: four\n\n',
      'data: five\n\n',
      'data: six\n\n',
    ]);
    expect(new Set(exchange?.frames.map(({ at }) => at)).size).toBeGreaterThan(3);
    expect(screenshot?.subarray(1, 4).toString()).toBe('PNG');
    expect(record.screenshot).toMatchObject({ width: 1280 });
    expect((await thumbnail)?.subarray(8, 12).toString()).toBe('WEBP');
    expect(proofHtml).toMatch(/default-src (?:'|&apos;)none/);
    expect(proofHtml).not.toMatch(/<script|onclick=/i);
    expect(proofHtml).toContain('.typing');
  });

  it('says which selectors hit, which missed, and which needed a fallback', async () => {
    const { record } = await captured({ query: 'x' });
    expect(record.signals.selectors).toContainEqual({ name: 'field', hit: '#field', fallback: true });
    expect(record.signals.selectors).toContainEqual({ name: 'answer', hit: '.answer', fallback: false });
  });

  it('types into a rich editor, many lines included', async () => {
    const { record } = await captured({ query: '[scene:rich] first line\nsecond line' });
    expect(record.signals.failure).toBeNull();
    expect(record.signals.ending).toBe('settled');
  });

  it('shows itself in the region’s language and time zone', async () => {
    const probe = echoSurface({
      drive: async (page, _request, tools) => {
        await tools.open('https://echo.test/');
        const seen = await page.evaluate(
          () => `${navigator.language} ${Intl.DateTimeFormat().resolvedOptions().timeZone}`,
        );
        tools.note('seen', seen);
      },
    });
    const german = await captured({ query: 'x', region: { country: 'DE' }, surface: probe });
    expect(german.record.signals.facts.seen).toBe('de-DE Europe/Berlin');
    const japanese = await captured({
      query: 'x',
      region: { country: 'JP', language: 'en' },
      surface: probe,
    });
    expect(japanese.record.signals.facts.seen).toBe('en-JP Asia/Tokyo');
  });

  it('opens what is to be seen in the proof; what cannot be clicked stays shut, is noted, and costs no answer', async () => {
    const surface = echoSurface({
      drive: async (_page, _request, tools) => {
        await tools.open('https://echo.test/');
        await tools.expand({ name: 'more', any: ['#more'] });
      },
    });
    const opened = (await captured({ query: '[scene:live] x', surface })).record;
    expect(opened.html).toContain('id="panel"');
    expect(opened.signals.facts).not.toHaveProperty('expand.more');
    const shut = (await captured({ query: '[scene:covered] x', surface })).record;
    expect(shut.html).toContain('id="more"');
    expect(shut.signals).toMatchObject({
      failure: null,
      facts: { 'expand.more': expect.stringMatching(/./) },
    });
  });

  it('ends at a wall with the mark that proved it, and still takes the proof', async () => {
    const { record, screenshot } = await captured({ query: '[scene:refused] x' });
    expect(record.signals.wall).toEqual({ outcome: 'throttled', mark: 'refused' });
    expect(record.html).toContain('Refused');
    expect(screenshot).not.toBeNull();
  });

  it('finds the wall of a page that was opened and never looked at again', async () => {
    const surface = echoSurface({
      walls: [{ name: 'any', outcome: 'throttled', selector: 'body' }],
      drive: async (_page, _request, tools) => tools.open('https://echo.test/'),
    });
    const { record } = await captured({ query: 'one', surface });
    expect(record.signals.wall).toMatchObject({ outcome: 'throttled', mark: 'any' });
    expect(record.html).not.toBeNull();
  });

  it('finds the wall of a page that it leaves for another', async () => {
    const surface = echoSurface({
      walls: [{ name: 'first', outcome: 'throttled', selector: 'body', url: /#first$/ }],
      drive: async (_page, _request, tools) => {
        await tools.open('https://echo.test/#first');
        await tools.open('https://echo.test/?second');
      },
    });
    const { record } = await captured({ query: 'one', surface });
    expect(record.signals.wall).toMatchObject({ outcome: 'throttled', mark: 'first' });
  });

  it('says the wall, and not what failed because of it', async () => {
    const surface = echoSurface({
      walls: [{ name: 'any', outcome: 'login_wall', selector: 'body' }],
      drive: async (_page, _request, tools) => {
        await tools.open('https://echo.test/');
        throw new CaptureError('surface_error', 'the page shows no composer');
      },
    });
    const { record } = await captured({ query: 'one', surface });
    expect(record.signals.wall).toMatchObject({ outcome: 'login_wall', mark: 'any' });
  });

  it('ends a drive at the wall while it pauses, not when the pause is over', async () => {
    const surface = echoSurface({
      walls: [{ name: 'any', outcome: 'login_wall', selector: 'body' }],
      drive: async (_page, _request, tools) => {
        await tools.open('https://echo.test/');
        await tools.pause(20_000);
        tools.note('paused', 'to its end');
      },
    });
    const { record } = await captured({ query: 'one', surface });
    expect(record.signals.wall).toMatchObject({ outcome: 'login_wall', mark: 'any' });
    expect(record.signals.facts.paused).toBeUndefined();
  });

  it('is a wall, and no answer, where the wall comes with the end of the answer', async () => {
    const surface = echoSurface({
      walls: [{ name: 'with the end', outcome: 'throttled', selector: '[data-complete]' }],
    });
    const { record } = await captured({ query: 'one two three', surface });
    expect(record.signals.wall).toMatchObject({ outcome: 'throttled', mark: 'with the end' });
    expect(record.signals.ending).toBe('not_awaited');
  });

  it('ends at its deadline when the stream falls silent, with what there was', async () => {
    const { record } = await captured({ query: '[scene:silent] x', captureMs: 6_000 });
    expect(record.signals.ending).toBe('deadline');
    expect(record.html).toContain('One.');
    expect(record.transcript[0]?.end).toBe('open');
  });

  it('survives dialogs, popups and downloads, and counts them', async () => {
    const { record } = await captured({ query: '[scene:storm] x' });
    expect(record.signals.failure).toBeNull();
    expect(record.signals.dialogs).toBeGreaterThan(0);
    expect(record.signals.popups).toBeGreaterThan(0);
    expect(record.signals.downloads).toBeGreaterThan(0);
  });

  it('reads a page of 20 MB without hanging', async () => {
    const { record } = await captured({ query: '[scene:huge] x', captureMs: 60_000 });
    expect(record.html?.length).toBeGreaterThan(10_000_000);
    expect(record.signals.failure).toBeNull();
  });

  it('is over at once when the page crashes', async () => {
    const crashing = echoSurface({
      drive: async (page, _request, tools) => {
        await tools.open('https://echo.test/');
        page.goto('chrome://crash').catch(() => undefined);
        await tools.pause(25_000);
      },
    });
    const { record } = await captured({ query: 'x', surface: crashing });
    expect(record.signals.failure?.outcome).toBe('browser_crashed');
  });

  it('reports a host that does not answer as navigation_failed', async () => {
    const lost = echoSurface({ drive: (_page, _request, tools) => tools.open('https://echo.test:1/') });
    const { record } = await captured({ query: 'x', surface: lost });
    expect(record.signals.failure?.outcome).toBe('navigation_failed');
  });

  it('rejects when its lease is lost, whatever the page does', async () => {
    const deadline = Deadline.after(30_000);
    const reason = new Error('lease lost');
    const waiting = echoSurface({
      drive: async (_page, _request, tools) => {
        setTimeout(() => deadline.abort(reason), 50);
        await tools.pause(20_000);
      },
    });
    await expect(captured({ query: 'x', surface: waiting, deadline })).rejects.toBe(reason);
  });

  it('gives the same Envelope body from the stored record, byte for byte', async () => {
    const surface = echoSurface();
    const { record } = await captured({ query: 'x', surface });
    const first = JSON.stringify(readCapture(surface, record));
    const again = JSON.stringify(readCapture(surface, JSON.parse(JSON.stringify(record))));
    expect(again).toBe(first);
  });
});
