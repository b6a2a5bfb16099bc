import { clusteredShare, type PromptRuns } from '../../src/measure/clustered-share.ts';
import { meanOfTallies } from '../../src/measure/share-figure.ts';
import { type Interval, wilsonInterval } from '../../src/measure/wilson.ts';
import { print } from './figures.ts';
import { option } from './options.ts';

/** Draws from 0 to 1, the same in every run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A gamma variate of shape `a` > 0 (Marsaglia and Tsang 2000). */
function gamma(a: number, draw: () => number): number {
  if (a < 1) return gamma(a + 1, draw) * draw() ** (1 / a);
  const d = a - 1 / 3;
  for (;;) {
    const normal = Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
    const v = (1 + normal / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - draw()) < (normal * normal) / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** A prompt's own rate: beta-distributed around `p`, so that runs of one prompt correlate by `rho`. */
function rate(p: number, rho: number, draw: () => number): number {
  const size = 1 / rho - 1;
  const hit = gamma(p * size, draw);
  return hit / (hit + gamma((1 - p) * size, draw));
}

const holds = (interval: Interval | null, truth: number): number =>
  interval !== null && interval.low <= truth && truth <= interval.high ? 1 : 0;

/** One cell: how often each interval holds the truth it speaks of, in percent. Several `replicates`: prompts in turn. */
export function coverageOf(
  cell: { prompts: number; replicates: number | readonly number[]; p: number; rho: number },
  rounds: number,
  draw: () => number,
): { category: number; these: number; naive: number } {
  const held = { category: 0, these: 0, naive: 0 };
  for (let round = 0; round < rounds; round++) {
    const rates = Array.from({ length: cell.prompts }, () => rate(cell.p, cell.rho, draw));
    const observed = rates.map((own, index): PromptRuns => {
      const asked = [cell.replicates].flat();
      const runs = asked[index % asked.length] ?? 1;
      let hits = 0;
      for (let run = 0; run < runs; run++) hits += draw() < own ? 1 : 0;
      return { hits, runs };
    });
    const { hits, runs, ciThese, ciCategory } = clusteredShare(observed);
    held.category += holds(ciCategory, cell.p);
    held.these += holds(ciThese, rates.reduce((total, own) => total + own, 0) / rates.length);
    held.naive += holds(wilsonInterval(hits, runs), cell.p);
  }
  const percent = (count: number): number => Math.round((count / rounds) * 1_000) / 10;
  return { category: percent(held.category), these: percent(held.these), naive: percent(held.naive) };
}

/**
 * The mean of two surfaces, the second of which answers only each `every`th prompt and `fewer` times: how often the intervals
 * hold the truth, in percent.
 */
export function coverageOfMean(
  cell: { prompts: number; replicates: number; every: number; fewer: number; p: number; rho: number },
  rounds: number,
  draw: () => number,
): { category: number; these: number } {
  const held = { category: 0, these: 0 };
  const runsOf = (own: number, runs: number): PromptRuns => {
    let hits = 0;
    for (let run = 0; run < runs; run++) hits += draw() < own ? 1 : 0;
    return { hits, runs };
  };
  for (let round = 0; round < rounds; round++) {
    const rates = Array.from({ length: cell.prompts }, () => rate(cell.p, cell.rho, draw));
    const seldom = rates.filter((_, index) => index % cell.every === 0);
    const truths = [rates, seldom].map((own) => own.reduce((total, one) => total + one, 0) / own.length);
    const groups = [
      new Map(rates.map((own, index) => [`p${index}`, runsOf(own, cell.replicates)])),
      new Map(seldom.map((own, index) => [`p${index * cell.every}`, runsOf(own, cell.fewer)])),
    ].map((prompts) => ({ prompts, excluded: {} }));
    const { ciThese, ciCategory } = meanOfTallies(groups, 'presence/1');
    held.category += holds(ciCategory, cell.p);
    held.these += holds(ciThese, ((truths[0] ?? 0) + (truths[1] ?? 0)) / 2);
  }
  const percent = (count: number): number => Math.round((count / rounds) * 1_000) / 10;
  return { category: percent(held.category), these: percent(held.these) };
}

/** `npm run bench -- coverage [--rounds N] [--seed N]`: do 95 % intervals hold the truth 95 times in 100? */
export async function benchCoverage(): Promise<void> {
  const rounds = Number(option('rounds', '1500'));
  const draw = seeded(Number(option('seed', '2026')));
  const worst = { category: 100, these: 100, naive: 100 };
  for (const replicates of [1, 3, 5]) {
    for (const prompts of [5, 10, 20, 50, 100]) {
      for (const p of [0.02, 0.05, 0.3]) {
        for (const rho of [0.3, 0.7]) {
          const cell = { prompts, replicates, p, rho };
          const covers = coverageOf(cell, rounds, draw);
          print({ bench: 'coverage', ...cell, ...covers });
          if (replicates < 3) continue;
          for (const kind of ['category', 'these', 'naive'] as const) {
            worst[kind] = Math.min(worst[kind], covers[kind]);
          }
        }
      }
    }
  }
  for (const [every, fewer] of [
    [1, 5],
    [1, 1],
    [3, 5],
    [10, 3],
  ] as const) {
    for (const rho of [0.1, 0.3, 0.7]) {
      const cell = { prompts: 50, replicates: 5, every, fewer, p: 0.3, rho };
      print({
        bench: 'coverage of the mean of two surfaces',
        ...cell,
        ...coverageOfMean(cell, rounds, draw),
      });
    }
  }
  print({ bench: 'coverage', worstAtThreeReplicatesAndMore: worst, rounds });
}
