import type { Browser, BrowserContext, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Stage, startStage } from '../../../src/stage/server.ts';
import { echoStage, FRAMES } from './echo-stage.ts';
import { launchStageBrowser } from './stage-browser.ts';

const BUDGET_MS = 15_000;
const seen: string[] = [];
let stage: Stage;
let browser: Browser;
let context: BrowserContext;

beforeAll(async () => {
  stage = await startStage({ stages: [echoStage(seen)] });
  browser = await launchStageBrowser(stage.port);
});

afterEach(async () => {
  await context.close();
  seen.length = 0;
  stage.clearRequests();
});

afterAll(async () => {
  await browser.close();
  await stage.stop();
});

async function openFor(query: string): Promise<Page> {
  context = await browser.newContext({
    extraHTTPHeaders: { 'x-stage-query': encodeURIComponent(query) },
  });
  const page = await context.newPage();
  page.setDefaultTimeout(BUDGET_MS);
  await page.goto('https://echo.test/');
  return page;
}

/** What the network layer saw of the streamed answer: data and monotonic time of each arrival. */
async function recordStream(page: Page): Promise<{ data: string; at: number }[]> {
  const session = await context.newCDPSession(page);
  const arrivals: { data: string; at: number }[] = [];
  await session.send('Network.enable');
  session.on('Network.responseReceived', ({ requestId, response }) => {
    if (!response.url.endsWith('/answer')) return;
    void session.send('Network.streamResourceContent', { requestId }).then(({ bufferedData }) => {
      if (bufferedData !== '') arrivals.unshift({ data: bufferedData, at: 0 });
    });
  });
  session.on('Network.dataReceived', ({ data, timestamp }) => {
    if (data !== undefined) arrivals.push({ data, at: timestamp });
  });
  return arrivals;
}

/** Follows the answer's number of blocks and its busy mark; the function returned tells every state seen. */
async function recordGrowth(page: Page): Promise<() => Promise<string[]>> {
  const states = await page.evaluateHandle(() => {
    const seen: string[] = [];
    const look = () => {
      const answer = document.querySelector('.answer');
      if (answer === null) return;
      const state = `${answer.children.length}${document.querySelector('[data-streaming]') ? ' busy' : ''}`;
      if (seen.at(-1) !== state) seen.push(state);
    };
    new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
    return seen;
  });
  return () => states.jsonValue();
}

describe('a played page', () => {
  test('streams frames one by one, grows its answer with them, and marks the end', async () => {
    const page = await openFor('what is "x" & <y>?');
    const arrivals = await recordStream(page);
    await page.fill('#field', 'what is "x" & <y>?');
    const growth = await recordGrowth(page);
    await page.click('#send');
    await page.waitForSelector('.assistant[data-complete]');

    const states = await growth();
    expect(states[0]).toBe('0');
    expect(states.some((state) => /^[123] busy$/.test(state))).toBe(true);
    expect(states).toEqual(
      [...states].sort((one, other) => Number.parseInt(one, 10) - Number.parseInt(other, 10)),
    );
    expect(states.at(-1)).toBe('4');
    expect(await page.locator('.answer').innerHTML()).toBe(
      '<p>One.</p><!--kept--><h2>Two</h2><ul><li>three</li></ul><p>Four.</p>',
    );
    expect(await page.locator('.user').textContent()).toBe('what is "x" & <y>?');
    expect(await page.locator('[data-streaming]').count()).toBe(0);
    await page.waitForURL('https://echo.test/c/1');
    expect(JSON.parse(seen[0] ?? '')).toEqual({ messages: [{ text: 'what is "x" & <y>?' }] });
    await expect.poll(() => arrivals.length, { timeout: BUDGET_MS }).toBeGreaterThanOrEqual(FRAMES.length);
    expect(new Set(arrivals.map(({ at }) => at)).size).toBeGreaterThanOrEqual(3);
    const text = arrivals.map(({ data }) => Buffer.from(data, 'base64').toString()).join('');
    expect(text).toBe(FRAMES.join(''));
  });

  test('leaves no script and no global behind', async () => {
    const page = await openFor('hello');
    expect(await page.locator('script').count()).toBe(0);
    expect(await page.evaluate('typeof startPlay + typeof changePage')).toBe('undefinedundefined');
  });

  test('submits on Enter and not on Shift+Enter, in a textarea', async () => {
    const page = await openFor('first second');
    await page.focus('#field');
    await page.keyboard.insertText('first');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.insertText('second');
    expect(await page.inputValue('#field')).toBe('first\nsecond');
    expect(await page.locator('.user').count()).toBe(0);
    await page.keyboard.press('Enter');
    await page.waitForSelector('.assistant[data-complete]');
    expect(await page.inputValue('#field')).toBe('');
    expect(seen).toHaveLength(1);
  });

  test('submits text inserted into a rich editor, scene prefix hidden from the page', async () => {
    const query = '[scene:rich] grüße "…" \u{1F30D}';
    const page = await openFor(query);
    await page.focus('#rich');
    await page.keyboard.insertText(query);
    await page.keyboard.press('Shift+Enter');
    expect(await page.locator('.user').count()).toBe(0);
    await page.keyboard.press('Enter');
    await page.waitForSelector('.assistant[data-complete]');
    expect(await page.locator('.user').textContent()).toBe('grüße "…" \u{1F30D}');
    expect(await page.locator('#rich').textContent()).toBe('');
  });

  test('enables its button with the first character and ignores a click before that', async () => {
    const page = await openFor('hello');
    await page.click('#send', { force: true });
    expect(await page.locator('.user').count()).toBe(0);
    await page.fill('#field', 'hello');
    expect(await page.getAttribute('#send', 'aria-disabled')).toBeNull();
    await page.fill('#field', '');
    expect(await page.getAttribute('#send', 'aria-disabled')).toBe('true');
  });

  test('keeps the part that arrived when the stream is cut, and shows what the site shows then', async () => {
    const page = await openFor('[scene:cut] hello');
    await page.fill('#field', '[scene:cut] hello');
    await page.keyboard.press('Enter');
    await page.waitForSelector('[role=alert]');
    expect(await page.locator('[role=alert]').textContent()).toBe('Network error');
    const blocks = await page.locator('.answer > *').count();
    expect(blocks).toBeGreaterThan(0);
    expect(blocks).toBeLessThan(4);
    expect(await page.locator('[data-complete]').count()).toBe(0);
  });

  test('stays busy when the stream hangs', async () => {
    const page = await openFor('[scene:silent] hello');
    await page.fill('#field', 'hello');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.assistant[data-streaming] .answer > p');
    expect(await page.locator('[data-complete], [role=alert]').count()).toBe(0);
  });

  test('shows a refusal', async () => {
    const page = await openFor('[scene:refused] hello');
    await page.fill('#field', 'hello');
    await page.keyboard.press('Enter');
    await page.waitForSelector('[role=alert]');
    expect(await page.locator('[role=alert]').textContent()).toBe('Refused');
  });

  test('changes with clicks and with time', async () => {
    const page = await openFor('[scene:live] hello');
    await page.waitForSelector('#late');
    await page.click('#more b');
    expect(await page.textContent('#panel')).toBe('sources');
    await page.click('#close');
    expect(await page.locator('#panel').count()).toBe(0);
  });

  test('keeps its shape with every class renamed', async () => {
    const page = await openFor('[scene:scrambled] hello');
    await page.fill('#field', 'hello');
    await page.click('#send');
    await page.waitForSelector('[data-complete]');
    expect(await page.locator('.assistant, .answer').count()).toBe(0);
    expect(await page.locator('[data-complete] > div').innerHTML()).toBe(
      '<p>One.</p><!--kept--><h2>Two</h2><ul><li>three</li></ul><p>Four.</p>',
    );
  });

  test('keeps the typed scene in a browser that sends no context header', async () => {
    context = await browser.newContext();
    const page = await context.newPage();
    await page.goto('https://echo.test/');
    await page.fill('#field', '[scene:refused] hello');
    await page.keyboard.press('Enter');
    await page.waitForSelector('[role=alert]');
    expect(stage.requests().at(-1)).toMatchObject({ path: '/answer', scene: 'chatgpt/refused' });
  });
});
