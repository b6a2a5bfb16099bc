import type { Page } from 'playwright';
import { afterEach, describe, expect, it } from 'vitest';
import { UNTARGETED } from '../../../src/capture/visitor.ts';
import type { LeasedPage } from '../../../src/fleet/browser-pool.ts';
import { Deadline } from '../../../src/platform/deadline.ts';
import { echoStage } from '../stage/echo-stage.ts';
import { type CaptureWorld, openCaptureWorld, until } from './capture-world.ts';

let world: CaptureWorld;
afterEach(async () => {
  await world.close();
});

function acquire(): Promise<LeasedPage> {
  return world.pool.acquire({ visitor: UNTARGETED, headers: {} }, Deadline.after(40_000));
}

describe('the browsers of a worker', () => {
  it.each([
    ['one processor', 1, [8]],
    ['two processors', 2, [6, 2]],
  ])(
    'on %s are %i for eight captures, and pages lie ahead only where the next one comes',
    async (_on, processors, carried) => {
      world = await openCaptureWorld([echoStage()], { processors });
      await world.pool.start();
      const leased: LeasedPage[] = [];
      for (let count = 0; count < 8; count++) leased.push(await acquire());
      for (const one of leased) one.prepareNext();
      expect(world.pool.gauges()).toMatchObject({ browsers: processors, pagesOpen: 8 });
      const contexts = new Set(leased.map(({ ready }) => ready.page.context()));
      const browsers = [...Map.groupBy(contexts, (context) => context.browser())];
      expect(browsers.map(([, own]) => own.length)).toEqual(carried);
      const ahead = (): number[] =>
        browsers.map(([browser, own]) => (browser?.contexts().length ?? 0) - own.length);
      await until(
        () => ahead().every((pages, index) => pages > 0 === (index === browsers.length - 1)),
        'pages ahead',
      );
      await Promise.all(leased.map((one) => one.release(true)));
      await until(() => world.pool.gauges().contexts === 1, 'only one opened ahead');
    },
  );

  it('open a page for the next capture when this one is calm, and no other when it is given back', async () => {
    world = await openCaptureWorld([echoStage()], { processors: 1 });
    await world.pool.start();
    const wanted = { visitor: UNTARGETED, headers: {} };
    expect(world.pool.hasAhead(wanted)).toBe(true);
    const leased = await acquire();
    expect(world.pool.hasAhead(wanted)).toBe(false);
    expect(world.pool.gauges().contexts).toBe(1);
    leased.prepareNext();
    expect(world.pool.hasAhead(wanted)).toBe(true);
    await leased.release(true);
    await until(() => world.pool.gauges().contexts === 1, 'only one opened ahead');
  });

  it('close a page that is given back when no other is being loaded', async () => {
    world = await openCaptureWorld([echoStage()], { processors: 1 });
    await world.pool.start();
    const [done, loading] = [await acquire(), await acquire()];
    const loaded = loading.loads.begin();
    const given = done.release(true).then(() => 'closed');
    // Closing alone takes a tenth of the time that is waited for a load; timers that are late come in their order.
    const later = new Promise((resolve) => setTimeout(resolve, 100, 'waits'));
    expect(await Promise.race([given, later])).toBe('waits');
    loaded();
    expect(await given).toBe('closed');
    await loading.release(true);
  });

  it('hand out no page whose renderer died while it waited', async () => {
    world = await openCaptureWorld([echoStage()], { processors: 1 });
    await world.pool.start();
    const first = await acquire();
    first.prepareNext();
    const own = first.ready.page.context();
    const ahead = (): Page | undefined =>
      own
        .browser()
        ?.contexts()
        .find((context) => context !== own)
        ?.pages()[0];
    await until(() => ahead() !== undefined, 'a page ahead');
    const crashed = ahead();
    // Two round trips: by then it is watched.
    for (const _trip of [1, 2]) await crashed?.evaluate(() => document.title);
    const gone = crashed?.waitForEvent('crash');
    await Promise.all([gone, crashed?.goto('chrome://crash').catch(() => undefined)]);
    await until(() => !world.pool.hasAhead({ visitor: UNTARGETED, headers: {} }), 'the page taken out');
    const next = await acquire();
    expect(next.ready.page).not.toBe(crashed);
    expect(await next.ready.page.evaluate(() => 6 * 7)).toBe(42);
    expect(world.pool.gauges().browsers).toBe(1);
    await Promise.all([first.release(true), next.release(true)]);
  });
});
