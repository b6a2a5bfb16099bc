import { measureDispatch } from './dispatch.ts';
import { print } from './figures.ts';
import { option } from './options.ts';
import { measureHandover } from './target-handover.ts';
import { measureNodeCode } from './target-node.ts';
import { measureFullPageProof, measureOverhead } from './target-overhead.ts';
import { measureBrowserLoss, measureColdStart } from './target-recovery.ts';
import { rowsOf, TARGET_ROWS, type TargetRow, verdictOf } from './target-rows.ts';
import { measureThroughput } from './target-throughput.ts';
import { measureWorkerLoss } from './target-worker-loss.ts';

type Figures = Record<string, unknown>;
const VIEWPORT = '[scene:viewport] sim';
const LIGHT = '[scene:light] sim';

/** How each row is measured; `browser` is a full Chromium, and rows that need one are absent from what runs without. */
const MEASURED: Readonly<Record<TargetRow, (n: Count, browser: string) => Promise<Figures>>> = {
  a: (n) => measureOverhead(n(30)),
  a1: (n, browser) => measureOverhead(n(20), browser),
  a2: (n) => measureFullPageProof(n(20)),
  a3: (n) => measureNodeCode(n(20)),
  b: (n) => measureThroughput({ query: VIEWPORT, captures: n(64), perCore: 4 }),
  b1: (n, browser) => measureThroughput({ query: VIEWPORT, captures: n(32), perCore: 2, browser }),
  b2: (n) => measureThroughput({ query: LIGHT, captures: n(96), perCore: 4 }),
  b2f: (n, browser) => measureThroughput({ query: LIGHT, captures: n(48), perCore: 2, browser }),
  d: async (n) => (await measureDispatch(n(60))).fromCommit,
  d2: (n) => measureHandover(n(30)),
  e: (n) => measureBrowserLoss('SIGKILL', n(10)),
  e1: (n) => measureWorkerLoss(n(10)),
  e2: (n) => measureBrowserLoss('SIGSTOP', n(5)),
  e3: (n) => measureColdStart(n(7)),
};
const FULL_CHROMIUM: ReadonlySet<TargetRow> = new Set(['a1', 'b1', 'b2f']);

/** How many times: what the row takes by itself, or `--n`. */
type Count = (usual: number) => number;

/**
 * The targets of specs/fleet.md 6, each with its figures and what they come to. Options: `--rows a,d2,e` (all), `--n` for
 * fewer or more samples than a row takes by itself, `--browser PATH` of a full Chromium, which some rows need.
 */
export async function benchTargets(): Promise<void> {
  const browser = option('browser', '');
  const count: Count = (usual) => Number(option('n', String(usual)));
  for (const row of rowsOf(option('rows', 'all'))) {
    const { what, marks } = TARGET_ROWS[row];
    if (FULL_CHROMIUM.has(row) && browser === '') {
      print({ bench: 'targets', row, what, verdict: 'no full Chromium given' });
      continue;
    }
    const figures = await MEASURED[row](count, browser);
    print({ bench: 'targets', row, what, verdict: verdictOf(row, figures), ...figures, marks });
  }
}
