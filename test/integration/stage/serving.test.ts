import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:https';
import type { Browser, BrowserContext, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { SurfaceStage } from '../../../src/stage/scene.ts';
import { type Stage, startStage } from '../../../src/stage/server.ts';
import {
  busyLoop,
  connectionReset,
  endlessStream,
  failingFirst,
  hangingPage,
  hugePage,
  metaRefresh,
  serverError,
  storm,
} from '../../../src/stage/traps.ts';
import { echoStage } from './echo-stage.ts';
import { launchStageBrowser } from './stage-browser.ts';

const BUDGET_MS = 15_000;
const base = echoStage();
const plain = base.scenes.plain ?? base.scenes.rich;
if (plain === undefined) throw new Error('the echo stage has no plain scene');
const trapped = {
  ...base,
  scenes: {
    ...base.scenes,
    hang: hangingPage(),
    error: serverError(503),
    reset: connectionReset(),
    flaky: failingFirst(serverError(500), plain),
    huge: hugePage(plain, { bytes: 20_000_000 }),
    storm: storm(plain),
    loop: busyLoop(plain, { outcome: 'timeout' }),
    refresh: metaRefresh(plain, 2),
    endless: endlessStream(
      plain,
      {
        matches: ({ path }) => path === '/answer',
        contentType: 'text/event-stream',
        frame: ': more\n\n',
        everyMs: 5,
      },
      { outcome: 'timeout' },
    ),
  },
};
const oldFashioned: SurfaceStage = {
  surface: 'chatgpt',
  hosts: ['localhost'],
  plain: 'plain',
  scenes: {
    plain: {
      summary: 'form and cut',
      expect: { outcome: 'answered' },
      handle: async (request, reply) => {
        if (request.path === '/form') {
          const fields = Object.fromEntries(await request.form());
          const { httpVersion } = request;
          reply.json(
            { ...fields, ...request.cookies, httpVersion },
            { headers: { 'set-cookie': ['one=1', 'two=2'] } },
          );
        }
        if (request.path === '/cut') {
          await reply.stream('text/plain', [{ data: 'first', afterMs: 0 }], { end: 'cut' });
        }
      },
    },
  },
};

interface Http1Answer {
  status: number | undefined;
  body: string;
  cookies: string[] | undefined;
  broken: boolean;
}

function http1(port: number, method: string, path: string, body = '', headers: Record<string, string> = {}) {
  return new Promise<Http1Answer>((resolve, reject) => {
    const sent = request(
      { host: 'localhost', port, path, method, headers, rejectUnauthorized: false },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (chunk: string) => (text += chunk));
        answer.on('error', () => undefined); // Told by `complete` below.
        answer.on('close', () =>
          resolve({
            status: answer.statusCode,
            body: text,
            cookies: answer.headers['set-cookie'],
            broken: !answer.complete,
          }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

let stage: Stage;
let browser: Browser;
let context: BrowserContext;

beforeAll(async () => {
  stage = await startStage({ stages: [trapped] });
  browser = await launchStageBrowser(stage.port);
});

afterEach(async () => {
  await context?.close();
  stage.clearRequests();
});

afterAll(async () => {
  await browser.close();
  await stage.stop();
});

async function pageFor(query: string): Promise<Page> {
  context = await browser.newContext({
    extraHTTPHeaders: { 'x-stage-query': encodeURIComponent(query) },
  });
  const page = await context.newPage();
  page.setDefaultTimeout(BUDGET_MS);
  return page;
}

describe('the stage server', () => {
  test('speaks HTTP/2 to the browser and notes every request with its scene', async () => {
    const page = await pageFor('hello');
    await page.goto('https://www.echo.test/');
    expect(stage.requests()[0]).toMatchObject({
      host: 'www.echo.test',
      path: '/',
      method: 'GET',
      httpVersion: '2.0',
      scene: 'chatgpt/plain',
    });
  });

  test('answers any other host at once: 404 for a document, an empty 204 for the rest', async () => {
    const page = await pageFor('hello');
    const response = await page.goto('https://telemetry.example.org/collect');
    expect(response?.status()).toBe(404);
    await page.goto('https://echo.test/');
    const status = await page.evaluate(() =>
      fetch('https://telemetry.example.org/beat', { method: 'POST', headers: { 'x-own': '1' } }).then(
        (r) => r.status,
      ),
    );
    expect(status).toBe(204);
    expect(await page.evaluate(() => fetch('/favicon.ico').then((r) => r.status))).toBe(204);
  });

  test('answers an unknown scene with 404 and the names that exist', async () => {
    const page = await pageFor('[scene:nope] hello');
    const response = await page.goto('https://echo.test/');
    expect(response?.status()).toBe(404);
    expect(await response?.text()).toMatch(/no scene "nope".*cut.*plain.*socket/);
  });

  test('echoes over a WebSocket and can cut it', async () => {
    const page = await pageFor('[scene:socket]');
    await page.goto('https://echo.test/');
    const heard = await page.evaluate(
      () =>
        new Promise<string[]>((resolve) => {
          const events: string[] = [];
          const socket = new WebSocket(
            `wss://ws.echo.test/?stage-query=${encodeURIComponent('[scene:socket]')}`,
          );
          socket.onopen = () => socket.send('one');
          socket.onmessage = ({ data }) => {
            events.push(String(data));
            socket.send('cut');
          };
          socket.onclose = ({ code }) => resolve([...events, `closed ${code}`]);
        }),
    );
    expect(heard).toEqual(['echo one', 'closed 1006']);
    expect(stage.requests().at(-1)).toMatchObject({ host: 'ws.echo.test', httpVersion: '1.1' });
  });

  test('refuses a WebSocket where the scene plays none', async () => {
    const page = await pageFor('hello');
    await page.goto('https://echo.test/');
    const code = await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          new WebSocket('wss://echo.test/').onclose = (event) => resolve(event.code);
        }),
    );
    expect(code).toBe(1006);
  });

  test('speaks HTTP/1.1 too: cookies both ways, forms, and a cut in the middle of a body', async () => {
    const own = await startStage({ stages: [oldFashioned] });
    try {
      const form = await http1(own.port, 'POST', '/form', 'a=1&b=%C3%BC', { cookie: 'seen=yes' });
      expect(JSON.parse(form.body)).toEqual({ a: '1', b: 'ü', seen: 'yes', httpVersion: '1.1' });
      expect(form.cookies).toEqual(['one=1', 'two=2']);
      expect(await http1(own.port, 'GET', '/cut')).toMatchObject({ body: 'first', broken: true });
    } finally {
      await own.stop();
    }
  });

  test('answers 500, and goes on, when a scene fails', async () => {
    const own = await startStage({ stages: [oldFashioned] });
    try {
      const tooMuch = await http1(own.port, 'POST', '/form', 'x'.repeat(1_100_000));
      expect(tooMuch).toMatchObject({ status: 500, body: expect.stringContaining('exceeds') });
      expect(await http1(own.port, 'GET', '/nothing')).toMatchObject({ status: 204 });
    } finally {
      await own.stop();
    }
  });

  test('refuses to start on a port that is taken, and says so', async () => {
    await expect(startStage({ stages: [], port: stage.port })).rejects.toMatchObject({ code: 'PORT_IN_USE' });
  });

  test('stops in the middle of hanging requests and streams, and leaves nothing that keeps the process alive', async () => {
    const child = spawn(process.execPath, [new URL('stop-while-busy.ts', import.meta.url).pathname], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), BUDGET_MS);
    const [code] = await once(child, 'exit');
    clearTimeout(timer);
    expect(code).toBe(0);
  });
});

describe('a trap', () => {
  test('hang: the document never comes', async () => {
    const page = await pageFor('[scene:hang]');
    await expect(page.goto('https://echo.test/', { timeout: 500 })).rejects.toThrow(/Timeout/);
  });

  test('error: the status is the one asked for', async () => {
    const page = await pageFor('[scene:error]');
    expect((await page.goto('https://echo.test/'))?.status()).toBe(503);
  });

  test('reset: the browser reports a broken connection', async () => {
    const page = await pageFor('[scene:reset]');
    await expect(page.goto('https://echo.test/')).rejects.toThrow(/net::ERR_/);
  });

  test('failing first: the same query gets the error once and then the page, again and again', async () => {
    const page = await pageFor('[scene:flaky] a');
    const statuses = [];
    for (let visit = 0; visit < 4; visit++) statuses.push((await page.goto('https://echo.test/'))?.status());
    expect(statuses).toEqual([500, 200, 500, 200]);
  });

  test('huge: the page has its content and 20 MB beside it', async () => {
    const page = await pageFor('[scene:huge]');
    await page.goto('https://echo.test/');
    expect(await page.locator('#field').count()).toBe(1);
    expect(await page.evaluate(() => document.documentElement.outerHTML.length)).toBeGreaterThan(20_000_000);
  });

  test('storm: dialogs, popups and downloads all come', async () => {
    const page = await pageFor('[scene:storm]');
    const seen = { dialogs: new Set<string>(), popups: 0, downloads: 0 };
    page.on('dialog', (dialog) => {
      seen.dialogs.add(dialog.type());
      void dialog.dismiss();
    });
    page.on('popup', () => seen.popups++);
    page.on('download', () => seen.downloads++);
    await page.goto('https://echo.test/');
    await expect
      .poll(() => seen.popups > 0 && seen.downloads > 0 && seen.dialogs.size === 3, { timeout: BUDGET_MS })
      .toBe(true);
  });

  test('loop: the page stops answering', async () => {
    const page = await pageFor('[scene:loop]');
    const session = await context.newCDPSession(page);
    await page.goto('https://echo.test/');
    const frozen = () =>
      Promise.race([
        page.evaluate(() => 'alive'),
        new Promise((resolve) => setTimeout(() => resolve('frozen'), 300)),
      ]);
    await expect.poll(frozen, { timeout: BUDGET_MS }).toBe('frozen');
    await session.send('Runtime.terminateExecution');
    expect(await page.evaluate(() => 'alive')).toBe('alive');
  });

  test('meta refresh: the browser arrives after the hops', async () => {
    const page = await pageFor('[scene:refresh]');
    await page.goto('https://echo.test/');
    await page.waitForSelector('#field');
    expect(stage.requests().filter(({ path }) => path === '/')).toHaveLength(3);
  });

  test('endless: frames come and come', async () => {
    const page = await pageFor('[scene:endless]');
    await page.goto('https://echo.test/');
    const bytes = await page.evaluate(async () => {
      const reader = (await fetch('/answer', { method: 'POST' })).body?.getReader();
      let received = 0;
      while (reader !== undefined && received < 200) received += (await reader.read()).value?.length ?? 0;
      await reader?.cancel();
      return received;
    });
    expect(bytes).toBeGreaterThanOrEqual(200);
  });
});
