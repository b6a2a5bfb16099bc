import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { echoSurface } from '../capture/echo-surface.ts';
import { echoStage } from '../stage/echo-stage.ts';
import { type CaptureWorld, openCaptureWorld, until } from './capture-world.ts';

let world: CaptureWorld;
beforeAll(async () => {
  world = await openCaptureWorld([echoStage()]);
});
afterAll(() => world.close());

/** Tells what a visit finds of the visits before it, and leaves something in every place a page may keep things. */
const nosy = echoSurface({
  drive: async (page, _request, tools) => {
    await tools.open('https://echo.test/');
    const found = await page.evaluate(async () => {
      const names = [...Object.keys(localStorage), ...Object.keys(sessionStorage), document.cookie];
      names.push(...(await indexedDB.databases()).map(({ name }) => name ?? ''), ...(await caches.keys()));
      localStorage.setItem('been', 'here');
      sessionStorage.setItem('been', 'here');
      // biome-ignore lint/suspicious/noDocumentCookie: what pages do.
      document.cookie = 'been=here; max-age=86400; secure';
      await caches.open('been');
      await new Promise((done) => {
        indexedDB.open('been').onsuccess = done;
      });
      return names.filter((name) => name !== '').join(' ');
    });
    tools.note('found', found === '' ? 'nothing' : found);
    const left = await page.evaluate(() => [document.cookie, ...Object.keys(localStorage)].join(' '));
    tools.note('left', left);
  },
});

describe('the context of a capture', () => {
  it('is opened ahead of need, and knows nothing of the captures before it', async () => {
    for (const round of [1, 2, 3]) {
      const { record } = await world.capture(`visit ${round}`, { surface: nosy });
      expect(record.signals.facts).toMatchObject({ found: 'nothing', left: 'been=here been' });
      // What is open now is open for the next capture.
      await until(() => world.pool.gauges().pagesOpen === 0, 'the page given back');
      await until(() => world.pool.gauges().contexts >= 1, 'the next context');
    }
    expect(world.pool.counters.browsersLaunched).toBe(1);
  });
});
