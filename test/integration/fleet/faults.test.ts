import { afterEach, describe, expect, it } from 'vitest';
import { lossInFacts } from '../../../src/capture/page-loss.ts';
import { commandLine, HAS_PROCESS_TABLE } from '../../../src/platform/process-table.ts';
import type { Scene, SurfaceStage } from '../../../src/stage/scene.ts';
import { busyLoop, endlessStream, memoryBomb, metaRefresh, storm } from '../../../src/stage/traps.ts';
import { echoSurface } from '../capture/echo-surface.ts';
import { echoStage } from '../stage/echo-stage.ts';
import { type CaptureWorld, openCaptureWorld, until } from './capture-world.ts';

function page(summary: string, handle: Scene['handle']): Scene {
  return { summary, expect: { outcome: 'answered' }, handle };
}

/** `base`, whose text waits for a font that never comes. */
function fontless(base: Scene): Scene {
  const style = '<style>@font-face{font-family:n;src:url(/never.woff2)} body{font-family:n}</style></head>';
  return page('waits for a font that never comes', async (request, reply) => {
    if (request.path === '/never.woff2') return reply.hang();
    reply.rewriteHtml((html) => html.replace('</head>', style));
    return base.handle(request, reply);
  });
}

/** The echo surface's stage with everything a page may do to us. */
function cruelStage(): SurfaceStage {
  const echo = echoStage();
  const { plain } = echo.scenes;
  if (plain === undefined) throw new Error('the echo stage lost its plain scene');
  const drip = { contentType: 'text/html', frame: ' ', everyMs: 1_000, opening: '<!doctype html><title>' };
  return {
    ...echo,
    scenes: {
      ...echo.scenes,
      busy: busyLoop(plain, plain.expect),
      bomb: memoryBomb(plain),
      loop: page('redirects to itself', async (request, reply) => reply.redirect(request.url.href)),
      refresh: metaRefresh(plain, Number.POSITIVE_INFINITY),
      storm: storm(plain),
      fontless: fontless(plain),
      drip: endlessStream(plain, { ...drip, matches: ({ isDocument }) => isDocument }, plain.expect),
      download: endlessStream(plain, { ...drip, matches: ({ path }) => path === '/file.bin' }, plain.expect),
      hang: page('never answers', async (_request, reply) => reply.hang()),
    },
  };
}

let world: CaptureWorld;
afterEach(async () => {
  await world.close();
  expect(world.left()).toEqual({ processes: 0, folders: 0 });
});

/** After every fault the same pool must serve the next capture as if nothing had been. */
async function expectNextToSucceed(): Promise<void> {
  const { record } = await world.capture('hello');
  expect(record.signals.failure).toBeNull();
  expect(record.signals.ending).toBe('settled');
}

describe('a capture whose page or browser fails', () => {
  it('is over at once when its renderer is killed', async () => {
    world = await openCaptureWorld([cruelStage()]);
    const doomed = echoSurface({
      drive: async (_page, _request, tools) => {
        await tools.open('https://echo.test/');
        for (const pid of world.renderers()) process.kill(pid, 'SIGKILL');
        await tools.pause(60_000);
      },
    });
    const { record } = await world.capture('x', { surface: doomed, captureMs: 60_000 });
    expect(record.signals.failure).toEqual({ outcome: 'browser_crashed', message: 'the page crashed' });
    expect(lossInFacts(record.signals.facts)).toBe('page_crashed');
    expect(world.pool.counters.losses.page_crashed).toBe(1);
    await expectNextToSucceed();
  });

  it('is told that the browser process ended when the browser is killed', async () => {
    world = await openCaptureWorld([cruelStage()]);
    const silent = world.capture('[scene:silent] x', { captureMs: 60_000 });
    await until(() => world.stage.requests().some(({ path }) => path === '/answer'), 'the answer stream');
    for (const pid of world.pool.pids) process.kill(pid, 'SIGKILL');
    const { record } = await silent;
    expect(record.signals.failure?.message).toBe('the browser process ended');
    expect(lossInFacts(record.signals.facts)).toBe('browser_lost');
    await expectNextToSucceed();
  });

  it('ends long before its own time when the browser is frozen; the browser is killed and replaced', async () => {
    world = await openCaptureWorld([cruelStage()]);
    const silent = world.capture('[scene:silent] x', { captureMs: 60_000 });
    await until(() => world.stage.requests().some(({ path }) => path === '/answer'), 'the answer stream');
    const frozen = world.pool.pids;
    for (const pid of frozen) process.kill(pid, 'SIGSTOP');
    const { record } = await silent;
    // Whichever noticed first, a step of the capture or the watch over the browser: the slot is free again.
    expect(['browser_crashed', 'timeout']).toContain(record.signals.failure?.outcome);
    expect(lossInFacts(record.signals.facts)).toMatch(/unresponsive/);
    await expectNextToSucceed();
    await until(() => !world.pool.pids.some((pid) => frozen.includes(pid)), 'the end of the frozen browser');
    const { browsersRetired, browsersKilled } = world.pool.counters;
    expect(browsersRetired.unresponsive + browsersRetired.unhealthy + browsersRetired.close_hung).toBe(1);
    expect(browsersKilled).toBe(1);
  });

  it('reports a page that never yields as unresponsive, and frees its slot', async () => {
    world = await openCaptureWorld([cruelStage()]);
    const { record } = await world.capture('[scene:busy] x', { captureMs: 8_000 });
    expect(record.signals.failure?.outcome).toBe('timeout');
    expect(lossInFacts(record.signals.facts)).toBe('renderer_unresponsive');
    await expectNextToSucceed();
    await until(() => world.pool.gauges().pagesOpen === 0, 'all pages given back');
  });

  it('ends a page that takes memory without end before the machine suffers, and calls it out of memory', async () => {
    world = await openCaptureWorld([cruelStage()], { limits: { rendererBytes: 400_000_000 } });
    const bombed = echoSurface({
      drive: async (_page, _request, tools) => {
        await tools.open('https://echo.test/');
        await tools.pause(60_000);
      },
    });
    const { record } = await world.capture('[scene:bomb] x', { surface: bombed, captureMs: 60_000 });
    expect(record.signals.failure).toEqual({
      outcome: 'browser_crashed',
      message: 'the page used up its memory',
    });
    expect(world.pool.counters.losses.out_of_memory).toBe(1);
    await expectNextToSucceed();
  });

  it.each([
    ['redirects for ever', 'loop', 'navigation_failed'],
    ['never answers', 'hang', 'navigation_failed'],
    ['drips one byte a second', 'drip', 'navigation_failed'],
  ])('ends a navigation that %s as %s → %s', async (_what, scene, outcome) => {
    world = await openCaptureWorld([cruelStage()]);
    const { record } = await world.capture(`[scene:${scene}] x`, { captureMs: 8_000 });
    expect(record.signals.failure?.outcome).toBe(outcome);
    await expectNextToSucceed();
  });

  it('proves a page whose font never comes, without waiting for it', async () => {
    world = await openCaptureWorld([cruelStage()]);
    const { record, screenshot } = await world.capture('[scene:fontless] x');
    expect(world.stage.requests().some(({ path }) => path === '/never.woff2')).toBe(true);
    expect(record.signals.failure).toBeNull();
    expect(record.signals.ending).toBe('settled');
    expect(screenshot?.subarray(1, 4).toString()).toBe('PNG');
    await expectNextToSucceed();
  });

  it('keeps what a stream gave before its connection was reset', async () => {
    world = await openCaptureWorld([cruelStage()]);
    const { record } = await world.capture('[scene:cut] x', { captureMs: 8_000 });
    expect(record.transcript[0]?.end).not.toBe('complete');
    expect(record.transcript[0]?.frames.length).toBeGreaterThan(0);
    await expectNextToSucceed();
  });

  it('closes pages that refresh themselves without end, or object to being closed', async () => {
    world = await openCaptureWorld([cruelStage()]);
    const [refreshing, objecting] = await Promise.all([
      world.capture('[scene:refresh] x', { captureMs: 8_000 }),
      world.capture('[scene:storm] x', { captureMs: 15_000 }),
    ]);
    expect(refreshing.record.signals.failure).not.toBeNull();
    expect(objecting.record.signals.popups).toBeGreaterThan(0);
    await until(() => world.pool.gauges().pagesOpen === 0, 'all pages given back');
    await expectNextToSucceed();
  });
});

describe('a download that never ends', () => {
  it('is counted and cancelled; its page closes, and its browser too', async () => {
    world = await openCaptureWorld([cruelStage()]);
    const curious = echoSurface({
      drive: async (page, _request, tools) => {
        await tools.open('https://echo.test/');
        await page.evaluate(() => {
          const link = document.createElement('a');
          link.href = '/file.bin';
          link.download = 'file.bin';
          document.body.append(link);
          link.click();
        });
        await until(() => world.stage.requests().some(({ path }) => path === '/file.bin'), 'the download');
        await tools.pause(1_000);
      },
    });
    const { record } = await world.capture('[scene:download] x', { surface: curious });
    expect(record.signals.failure).toBeNull();
    expect(record.signals.downloads).toBe(1);
    await until(() => world.pool.gauges().pagesOpen === 0, 'all pages given back');
    await expectNextToSucceed();
    expect(world.pool.counters.browsersKilled).toBe(0);
  });
});

describe('a browser', () => {
  it('that freezes while a page is closed holds no slot: it is retired, killed and its folder deleted', async () => {
    world = await openCaptureWorld([cruelStage()]);
    await world.capture('hello');
    const freezing = echoSurface({
      drive: async (_page, _request, tools) => {
        await tools.open('https://echo.test/');
        for (const pid of world.pool.pids) process.kill(pid, 'SIGSTOP');
      },
    });
    await world.capture('x', { surface: freezing, captureMs: 10_000 });
    await expectNextToSucceed();
    await until(() => world.pool.counters.browsersKilled === 1, 'the end of the frozen browser');
    await until(() => world.pool.gauges().pagesOpen === 0, 'all pages given back');
    await until(() => world.left().folders === 1, 'one folder per living browser');
  });

  it.runIf(HAS_PROCESS_TABLE)(
    'is given one list of disabled features, of which only the last counts: Playwright’s own',
    async () => {
      world = await openCaptureWorld([cruelStage()]);
      await world.pool.start();
      const [pid = 0] = world.pool.pids;
      expect(commandLine(pid).match(/--disable-features=/g)).toHaveLength(1);
      expect(commandLine(pid)).toMatch(/--disable-features=\S*PaintHolding/);
    },
  );

  it.each([
    ['captures', { captures: 1 }],
    ['age', { ageMs: 1 }],
    ['memory', { idleBytes: 1, bytesPerPage: 1 }],
  ] as const)('is replaced when worn by %s, and never under a capture', async (reason, limits) => {
    world = await openCaptureWorld([cruelStage()], { limits });
    await expectNextToSucceed();
    if (reason === 'memory') await world.capture('[scene:silent] x', { captureMs: 5_000 });
    await until(() => world.pool.counters.browsersRetired[reason] > 0, 'a worn browser retired');
    await expectNextToSucceed();
    expect(world.pool.counters.losses.browser_lost).toBe(0);
  });

  it('is succeeded by one that was launched while it still served: no capture waits for a launch', async () => {
    world = await openCaptureWorld([cruelStage()], { limits: { captures: 8 } });
    for (let capture = 0; capture < 7; capture++) await expectNextToSucceed();
    await until(() => world.pool.counters.browsersLaunched === 2, 'a successor launched ahead');
    await until(() => world.pool.gauges().contexts >= 1, 'its first page opened');
    for (let capture = 0; capture < 3; capture++) await expectNextToSucceed();
    await until(() => world.pool.counters.browsersRetired.captures === 1, 'the worn one retired');
    await until(() => world.pool.gauges().browsers === 1, 'the worn one gone');
    expect(world.pool.counters.browsersLaunched).toBe(2);
  });

  it('leaves no process and no folder behind, killed twenty times over', async () => {
    world = await openCaptureWorld([cruelStage()]);
    for (let round = 0; round < 20; round++) {
      await world.pool.start();
      for (const pid of world.pool.pids) process.kill(pid, 'SIGKILL');
      await until(() => world.pool.gauges().browsers === 0, 'the killed browser out of the pool');
    }
    expect(world.left()).toEqual({ processes: 0, folders: 0 });
    expect(world.pool.counters.browsersRetired.lost).toBe(20);
    await expectNextToSucceed();
  });
});
