import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Frame } from '../../../src/contract/capture-record.ts';
import type { PlayScript } from '../../../src/stage/player.ts';
import type { SurfaceStage } from '../../../src/stage/scene.ts';
import { type Stage, startStage } from '../../../src/stage/server.ts';
import {
  playSocketFrames,
  playSocketPage,
  type SocketPace,
  socketTalk,
} from '../../../src/stage/socket-player.ts';
import { echoScript } from './echo-stage.ts';
import { launchStageBrowser } from './stage-browser.ts';

const frame = (direction: Frame['direction'], data: string): Frame => ({ at: 0, direction, data });
const RECORDED: readonly Frame[] = [
  frame('in', 'connected'),
  frame('out', 'options'),
  frame('out', '{"say":"the \\"old\\" question"}'),
  ...['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'done'].map((word) => frame('in', word)),
];
const TALK = socketTalk('wss://echo.test/talk', RECORDED, 'the "old" question');

const script: PlayScript = { ...echoScript('#field'), frames: ['{}'], contentType: 'application/json' };

function talking(pace?: SocketPace): SurfaceStage['scenes'][string] {
  return {
    summary: 'answers over a socket',
    expect: { outcome: 'answered' },
    handle: async (request, reply) => {
      if (request.path === '/') reply.html(playSocketPage(script, TALK, request));
      if (request.path === script.endpoint) reply.json({});
    },
    socket: (_request, socket) => playSocketFrames(TALK, socket, pace),
  };
}

const echo: SurfaceStage = {
  surface: 'chatgpt',
  hosts: ['echo.test'],
  plain: 'whole',
  scenes: { whole: talking({ totalMs: 200 }), cut: talking({ totalMs: 60, end: 'cut', stopAt: 0.7 }) },
};

let stage: Stage;
let browser: Browser;

beforeAll(async () => {
  stage = await startStage({ stages: [echo] });
  browser = await launchStageBrowser(stage.port);
});

afterAll(async () => {
  await browser.close();
  await stage.stop();
});

interface Talk {
  page: Page;
  sent: string[];
  received: string[];
}

async function ask(query: string): Promise<Talk> {
  const context = await browser.newContext({
    extraHTTPHeaders: { 'x-stage-query': encodeURIComponent(query) },
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const talk: Talk = { page, sent: [], received: [] };
  page.on('websocket', (socket) => {
    socket.on('framesent', ({ payload }) => talk.sent.push(String(payload)));
    socket.on('framereceived', ({ payload }) => talk.received.push(String(payload)));
  });
  await page.goto('https://echo.test/');
  await page.locator('#field').fill(query);
  await page.locator('#field').press('Enter');
  return talk;
}

describe('a page that is answered over a socket', () => {
  test('both ends walk through the recorded conversation, with what was typed in the page’s words', async () => {
    const { page, sent, received } = await ask('why "now"?');
    await page.locator('.assistant[data-complete]').waitFor();
    expect(sent).toEqual(['options', '{"say":"why \\"now\\"?"}']);
    expect(received).toEqual(RECORDED.flatMap(({ direction, data }) => (direction === 'in' ? data : [])));
    expect(await page.locator('.answer > *').count()).toBe(4);
    expect(await page.locator('.user').innerText()).toBe('why "now"?');
    expect(await page.locator('script').count(), 'the page keeps none of the stage’s scripts').toBe(0);
    expect(await page.locator('body').evaluate((body) => body.getAttributeNames())).toEqual([]);
    await page.context().close();
  });

  test('a lost socket leaves a part of the answer and what the site shows then', async () => {
    const { page } = await ask('[scene:cut] why?');
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').innerText()).toBe('Network error');
    const grown = await page.locator('.answer > *:not([role])').count();
    expect(grown).toBeGreaterThan(0);
    expect(grown).toBeLessThan(4);
    expect(await page.locator('[data-complete]').count()).toBe(0);
    await page.context().close();
  });
});
