import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Outcome } from '../../src/contract/outcome.ts';
import type { Surface } from '../../src/contract/surface.ts';
import { STAGES } from '../../src/stage/registry.ts';
import { SURFACES } from '../../surfaces/index.ts';
import { type BenchSite, openBenchSite } from './capture-site.ts';
import { print } from './figures.ts';
import { linePlot } from './line-plot.ts';
import { option } from './options.ts';

const MB = 1024 * 1024;
/** Figures are taken every so many captures. */
const SAMPLES = 100;
/** Every so manieth capture plays a scene of the stage that its surface's fixed round brings next, all outcomes among them. */
const SCENE_EVERY = 10;
/** What is given back behind a capture has this long to be gone at the end. */
const REST_MS = 10_000;

interface Sample {
  captures: number;
  minutes: number;
  nodeMb: number;
  heapMb: number;
  browsersMb: number;
}

/** What must be the same before the first capture and after the last. */
interface Held {
  contexts: number;
  processes: number;
  descriptors: number;
  /** Node's own list of what keeps a process alive: timers, sockets, pipes. */
  resources: number;
}

/**
 * Memory of worker and browsers over many captures of all surfaces, one in ten a scene of its stage (walls, cuts, crashes,
 * errors): the series, its slope after the warm-up (500 captures, or a tenth of a shorter run), a plot (`--out`, a
 * folder), and what is still held at the end. `--captures N`, default 500; `--at-once N`, default 4.
 */
export async function benchSoak(): Promise<void> {
  const total = Number(option('captures', '500'));
  const atOnce = Number(option('at-once', '4'));
  const site = await openBenchSite();
  const series: Sample[] = [];
  const surprises = new Map<string, number>();
  const count = (what: string): void => void surprises.set(what, (surprises.get(what) ?? 0) + 1);
  process.on('unhandledRejection', (reason) => count(`unhandled rejection: ${String(reason)}`));
  const every = Math.max(1, Math.floor(total / SAMPLES));
  const began = performance.now();
  const before = held(site);
  let begun = 0;
  let ended = 0;
  const lane = async (): Promise<void> => {
    while (begun < total) {
      const { surface, query, outcome } = orderOf(begun++);
      const came = await site.outcome(surface, query);
      if (came !== outcome) count(`${query} of ${surface.name}: ${came}, not ${outcome}`);
      if (++ended % every === 0) {
        const point = sample(site, ended, performance.now() - began);
        series.push(point);
        print({ bench: 'soak', ...point });
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  const after = await atRest(site, before);
  report(series, surprises, { total, atOnce });
  print({ bench: 'soak', before, after, counters: site.pool.counters });
  await site.close();
}

/** The capture of this number: surfaces in turn, now and then a scene. Scenes that only end by time running out are left out. */
function orderOf(number: number): { surface: Surface; query: string; outcome: Outcome } {
  const surface = SURFACES[number % SURFACES.length];
  if (surface === undefined) throw new Error('no surfaces');
  const plain = `best crm for startups ${number}`;
  if (number % SCENE_EVERY !== SCENE_EVERY - 1) return { surface, query: plain, outcome: 'answered' };
  const scenes = Object.entries(STAGES.find((stage) => stage.surface === surface.name)?.scenes ?? {}).filter(
    ([name, { expect }]) =>
      expect.outcome !== 'timeout' && (expect.attempts ?? 1) === 1 && !/hang|endless|slow/.test(name),
  );
  const [name, scene] = scenes[Math.floor(number / (SCENE_EVERY * SURFACES.length)) % scenes.length] ?? [];
  if (scene === undefined) throw new Error(`${surface.name} has no scenes`);
  return { surface, query: `[scene:${name}] ${plain}`, outcome: scene.expect.outcome };
}

function held(site: BenchSite): Held {
  return {
    contexts: site.pool.gauges().contexts,
    processes: site.processes(),
    descriptors: readdirSync('/proc/self/fd').length,
    resources: process.getActiveResourcesInfo().length,
  };
}

/** What is held once everything was given back, or after so long. */
async function atRest(site: BenchSite, before: Held): Promise<Held> {
  const until = performance.now() + REST_MS;
  for (;;) {
    const now = held(site);
    const gone = now.contexts <= before.contexts && now.processes <= before.processes;
    if (gone || performance.now() > until) return now;
    await new Promise((next) => setTimeout(next, 250));
  }
}

function sample(site: BenchSite, captures: number, ms: number): Sample {
  const { rss, heapUsed } = process.memoryUsage();
  return {
    captures,
    minutes: Math.round(ms / 6_000) / 10,
    nodeMb: Math.round(rss / MB),
    heapMb: Math.round(heapUsed / MB),
    browsersMb: Math.round(site.browserBytes() / MB),
  };
}

function report(
  series: readonly Sample[],
  surprises: ReadonlyMap<string, number>,
  { total, atOnce }: { total: number; atOnce: number },
): void {
  const settled = series.filter(({ captures }) => captures > Math.min(500, total / 10));
  const per1000 = (of: (point: Sample) => number): number =>
    Math.round(slope(settled.map((point) => ({ x: point.captures, y: of(point) }))) * 1_000 * 10) / 10;
  print({
    ...{ bench: 'soak', captures: total, surprises: Object.fromEntries(surprises) },
    nodeMbPer1000: per1000(({ nodeMb }) => nodeMb),
    heapMbPer1000: per1000(({ heapMb }) => heapMb),
    browsersMbPer1000: per1000(({ browsersMb }) => browsersMb),
  });
  const folder = resolve(option('out', 'bench-out'));
  mkdirSync(folder, { recursive: true });
  const line = (name: string, of: (point: Sample) => number) => ({
    name,
    points: series.map((point) => ({ x: point.captures, y: of(point) })),
  });
  const plot = linePlot(`Memory over ${total} captures, ${atOnce} at once`, { x: 'captures', y: 'MB' }, [
    line('Node RSS', ({ nodeMb }) => nodeMb),
    line('Node heap', ({ heapMb }) => heapMb),
    line('browsers', ({ browsersMb }) => browsersMb),
  ]);
  const file = join(folder, 'soak.svg');
  writeFileSync(file, plot);
  print({ bench: 'soak', plot: file });
}

/** Least-squares slope. Pure. */
export function slope(points: readonly { x: number; y: number }[]): number {
  const n = points.length;
  if (n < 2) return 0;
  const meanX = points.reduce((sum, { x }) => sum + x, 0) / n;
  const meanY = points.reduce((sum, { y }) => sum + y, 0) / n;
  const above = points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0);
  const below = points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  return below === 0 ? 0 : above / below;
}
