import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SURFACES } from '../../surfaces/index.ts';
import { type BenchSite, openBenchSite } from './capture-site.ts';
import { print } from './figures.ts';
import { linePlot } from './line-plot.ts';
import { option } from './options.ts';

const MB = 1024 * 1024;
const AT_ONCE = 4;
/** Figures are taken every so many captures. */
const SAMPLES = 100;

interface Sample {
  captures: number;
  nodeMb: number;
  heapMb: number;
  browsersMb: number;
}

/**
 * Memory of worker and browsers over many captures of all surfaces: the series, its slope after the warm-up (500
 * captures, or a tenth of a shorter run), and a plot (`--out`, a folder). `--captures N`, default 500.
 */
export async function benchSoak(): Promise<void> {
  const total = Number(option('captures', '500'));
  const site = await openBenchSite();
  const series: Sample[] = [];
  const failures = new Map<string, number>();
  const every = Math.max(1, Math.floor(total / SAMPLES));
  let begun = 0;
  let ended = 0;
  const lane = async (): Promise<void> => {
    while (begun < total) {
      const surface = SURFACES[begun++ % SURFACES.length];
      if (surface === undefined) return;
      const failure = await site.capture(surface, `best crm for startups ${begun}`);
      if (failure !== null) failures.set(failure, (failures.get(failure) ?? 0) + 1);
      if (++ended % every === 0) series.push(sample(site, ended));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  const counters = site.pool.counters;
  const left = site.pool.gauges();
  await site.close();
  report(total, series, failures);
  print({ bench: 'soak', counters, left });
}

function sample(site: BenchSite, captures: number): Sample {
  const { rss, heapUsed } = process.memoryUsage();
  return {
    captures,
    nodeMb: Math.round(rss / MB),
    heapMb: Math.round(heapUsed / MB),
    browsersMb: Math.round(site.browserBytes() / MB),
  };
}

function report(total: number, series: readonly Sample[], failures: ReadonlyMap<string, number>): void {
  for (const point of series) print({ bench: 'soak', ...point });
  const settled = series.filter(({ captures }) => captures > Math.min(500, total / 10));
  const per1000 = (of: (point: Sample) => number): number =>
    Math.round(slope(settled.map((point) => ({ x: point.captures, y: of(point) }))) * 1_000 * 10) / 10;
  print({
    ...{ bench: 'soak', captures: total, failures: Object.fromEntries(failures) },
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
  const plot = linePlot(`Memory over ${total} captures, ${AT_ONCE} at once`, { x: 'captures', y: 'MB' }, [
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
