import { SURFACES } from '../../surfaces/index.ts';
import { openBenchSite } from './capture-site.ts';
import { print } from './figures.ts';
import { option } from './options.ts';

/** At least so long all of them wait together. */
const WAIT_MS = 8_000;
/** Captures that are driven at once; the others wait their turn, or wait for their answer already. */
const DRIVEN_AT_ONCE = 4;
/** They go on one after the other. */
const STEP_MS = 400;
const CAPTURE_MS = 400_000;
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
    // Asked a few at a time, as a worker's slots do it; then all held open together, as answers that stream for long are.
    const together = new Together(level);
    const lane = turnstile(DRIVEN_AT_ONCE);
    const captures = Array.from({ length: level }, async (_unused, index) => {
      const leave = await lane();
      const waiting = {
        ...surface,
        drive: async (...[page, request, tools]: Parameters<typeof surface.drive>) => {
          await surface.drive(page, request, tools);
          leave();
          await together.arrive();
          await tools.pause(WAIT_MS + index * STEP_MS);
        },
      };
      const failure = await site.capture(waiting, `best crm for startups ${index}`, CAPTURE_MS);
      leave();
      if (failure !== null) together.giveUp();
      return failure;
    });
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

/** A place to wait until everybody has come, or has given up. */
class Together {
  #missing: number;
  #all: () => void = () => undefined;
  readonly #here = new Promise<void>((done) => {
    this.#all = done;
  });

  constructor(count: number) {
    this.#missing = count;
  }

  arrive(): Promise<void> {
    this.giveUp();
    return this.#here;
  }

  giveUp(): void {
    if (--this.#missing <= 0) this.#all();
  }
}

/** Lets so many in at once; what it gives lets the next one in and may be called again. */
function turnstile(places: number): () => Promise<() => void> {
  const queue: (() => void)[] = [];
  let free = places;
  return async () => {
    if (free > 0) free--;
    else await new Promise<void>((enter) => queue.push(enter));
    let inside = true;
    return () => {
      if (!inside) return;
      inside = false;
      const next = queue.shift();
      if (next === undefined) free++;
      else next();
    };
  };
}
