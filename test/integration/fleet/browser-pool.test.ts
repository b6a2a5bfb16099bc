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

const GERMAN = { locale: 'de-DE', timezoneId: 'Europe/Berlin', geolocation: null };

function acquire(visitor = UNTARGETED): Promise<LeasedPage> {
  return world.pool.acquire({ visitor, headers: {} }, Deadline.after(40_000));
}

describe('the browsers of a worker', () => {
  it.each([
    [1, 1],
    [2, 2],
  ])(
    'on %i processors are %i for eight captures, with one page ahead in all',
    async (processors, browsers) => {
      world = await openCaptureWorld([echoStage()], { processors });
      const leased: LeasedPage[] = [];
      for (let count = 0; count < 8; count++) leased.push(await acquire());
      expect(world.pool.gauges()).toMatchObject({ browsers, pagesOpen: 8 });
      await until(() => world.pool.gauges().contexts === 9, 'eight contexts and one opened ahead');
      const contexts = new Set(leased.map(({ ready }) => ready.page.context()));
      expect(contexts.size).toBe(8);
      await Promise.all(leased.map((one) => one.release(true)));
      await until(() => world.pool.gauges().contexts === 1, 'only the one opened ahead');
    },
  );

  it('keep the page ahead for the visitor who came last, and open one for any other', async () => {
    world = await openCaptureWorld([echoStage()], { processors: 1 });
    await world.pool.start();
    const german = await acquire(GERMAN);
    expect(await german.ready.page.evaluate(() => navigator.language)).toBe('de-DE');
    await until(
      () => world.pool.gauges().contexts === 2,
      'the page of the first visitor given up for a new one',
    );
    const opened = world.pool.counters.pagesOpened;
    const second = await acquire(GERMAN);
    expect(await second.ready.page.evaluate(() => navigator.language)).toBe('de-DE');
    await until(() => world.pool.gauges().contexts === 3, 'one more ahead');
    expect(world.pool.counters.pagesOpened).toBe(opened + 1);
    await Promise.all([german.release(true), second.release(true)]);
  });
});
