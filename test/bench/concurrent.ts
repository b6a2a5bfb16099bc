import { SURFACES } from '../../surfaces/index.ts';
import { openBenchSite } from './capture-site.ts';
import { print } from './figures.ts';
import { option } from './options.ts';

const WAIT_MS = 20_000;
const LEVELS = [1, 8, 32];
const MB = 1024 * 1024;

/**
 * Memory per additional waiting capture: captures whose answer is still being waited for, at once, per level. What a
 * level costs beyond one capture, divided by the captures added; browsers, their shared part and Node included.
 */
export async function benchConcurrent(): Promise<void> {
  const levels = option('levels', LEVELS.join(',')).split(',').map(Number);
  const surface = SURFACES.find(({ name }) => name === 'chatgpt');
  if (surface === undefined) throw new Error('no adapter for chatgpt');
  let alone: { pages: number; browsers: number; node: number } | undefined;
  for (const level of levels) {
    const site = await openBenchSite();
    // Held open for the whole measurement, as an answer that streams for twenty seconds does.
    const waiting = {
      ...surface,
      drive: async (...[page, request, tools]: Parameters<typeof surface.drive>) => {
        await surface.drive(page, request, tools);
        await tools.pause(WAIT_MS);
      },
    };
    const captures = Array.from({ length: level }, (_unused, index) =>
      site.capture(waiting, `best crm for startups ${index}`, 180_000),
    );
    let peak = { pages: 0, browsers: 0, node: 0 };
    const look = setInterval(() => {
      const pages = site.pool.gauges().pagesOpen;
      const now = { pages, browsers: site.browserBytes(), node: process.memoryUsage().rss };
      if (pages > peak.pages || (pages === peak.pages && now.browsers > peak.browsers)) peak = now;
    }, 500);
    const failures = (await Promise.all(captures)).filter((failure) => failure !== null);
    clearInterval(look);
    const { counters } = site.pool;
    await site.close();
    alone ??= peak;
    const added = peak.pages - alone.pages;
    print({
      ...{
        bench: 'concurrent',
        level,
        atOnce: peak.pages,
        failures: failures.length,
        browsers: counters.browsersLaunched,
      },
      ...{ browsersMb: Math.round(peak.browsers / MB), nodeMb: Math.round(peak.node / MB) },
      ...(added > 0
        ? { mbPerAdditionalCapture: Math.round(((peak.browsers - alone.browsers) / added / MB) * 10) / 10 }
        : {}),
      ...(failures.length > 0 ? { firstFailure: failures[0] } : {}),
    });
  }
}
