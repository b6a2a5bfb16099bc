import type { SurfaceName } from '../contract/surface-name.ts';
import { compareShares, type Difference, falseDiscovery } from './compare.ts';
import { type Drift, driftOf } from './drift.ts';
import { type Counted, citation, presence, type ReadObservation, readBrands } from './eligibility.ts';
import { mean } from './mean-figure.ts';
import type { Observation, Prompt } from './observation.ts';
import { noiseFloor } from './stability.ts';

/** A report as one of two periods. */
export interface Period {
  prompts: readonly Prompt[];
  observations: readonly Observation[];
}

/** Raised with every change that can change a figure of a comparison. */
export const COMPARISON_VERSION = 'compare/2';

/**
 * `within_noise`: no larger than halves of the same captures differ. `changed`: stands among all tests of the
 * comparison. `not_shown`: neither; a change may be there, the captures do not show it.
 */
export type Verdict = 'changed' | 'within_noise' | 'not_shown' | 'not_measured';

export type ComparedMetric = 'presence' | 'citation_presence';

/** One period of a compared figure, over the cells that count in both. */
export interface PeriodShare {
  k: number;
  n: number;
  /** Mean over prompts of the mean of their cells; null without one. */
  value: number | null;
}

/** A figure of a brand in both periods. */
export interface ComparedFigure {
  brandId: string;
  brand: string;
  own: boolean;
  metric: ComparedMetric;
  /** Null: all surfaces. */
  surface: SurfaceName | null;
  before: PeriodShare;
  after: PeriodShare;
  difference: Difference;
  /** Of the noisier period, for the own brand's presence; null for the others and without replicates. */
  noiseFloor: number | null;
  verdict: Verdict;
}

/** Two reports that asked the same. */
export interface Comparison {
  version: typeof COMPARISON_VERSION;
  /** Texts asked in both; the comparison is over them. */
  prompts: { common: number; onlyBefore: number; onlyAfter: number };
  surfaces: { common: SurfaceName[]; onlyBefore: SurfaceName[]; onlyAfter: SurfaceName[] };
  /** Figures tested; of those said to have changed at most one in ten is expected to be chance. */
  tests: number;
  figures: ComparedFigure[];
  /** Which domains are cited. */
  drift: Drift;
  /** In which order, by rank-biased overlap. */
  orderDrift: Drift;
}

/** A brand by the id that observations of both periods have. */
export interface ComparedBrand {
  id: string;
  name: string;
  own: boolean;
}

/**
 * Two reports over the prompts, surfaces and regions they share (specs/analysis.md C.4). Each cell that counts in both
 * is paired with itself, so that what was asked or missing in one cannot pose as a change. Both must have been observed
 * under the same brand book. Pure; `seed` chooses flips and halvings.
 */
export function compareReports(
  before: Period,
  after: Period,
  brands: readonly ComparedBrand[],
  seed: string,
): Comparison {
  const prompts = namesOf(before, after, (period) => period.prompts.map(({ text }) => text));
  const ids = new Map(prompts.common.map((text, index) => [text, `q${index + 1}`]));
  const [earlier, later] = [asShared(before, ids), asShared(after, ids)];
  const shared = (own: ReadObservation[], other: ReadObservation[]): ReadObservation[] => {
    const cells = new Set(other.map(cellKey));
    return own.filter((seen) => cells.has(cellKey(seen)));
  };
  const pair = { before: shared(earlier, later), after: shared(later, earlier) };
  const surfaces = namesOf(before, after, ({ observations }) => observations.map(({ surface }) => surface));
  const tested = brands.flatMap((brand) => figuresOf(brand, pair, surfaces.common, seed));
  return {
    version: COMPARISON_VERSION,
    prompts: {
      common: prompts.common.length,
      onlyBefore: prompts.onlyBefore.length,
      onlyAfter: prompts.onlyAfter.length,
    },
    surfaces,
    ...judged(tested),
    drift: driftOf(pair.before, pair.after),
    orderDrift: driftOf(pair.before, pair.after, 'order'),
  };
}

/** Prompts of two reports have different ids; what they ask makes them the same. Others are left out. */
function asShared({ prompts, observations }: Period, ids: ReadonlyMap<string, string>): ReadObservation[] {
  const texts = new Map(prompts.map(({ id, text }) => [id, text]));
  return observations.flatMap((own) => {
    const promptId = ids.get(texts.get(own.promptId) ?? '');
    return promptId === undefined ? [] : [readBrands({ ...own, promptId })];
  });
}

function cellKey({ promptId, surface, region }: Observation): string {
  return `${promptId} ${surface} ${region}`;
}

function namesOf<Name extends string>(before: Period, after: Period, of: (period: Period) => Name[]) {
  const [earlier, later] = [new Set(of(before)), new Set(of(after))];
  const sorted = (names: Set<Name>, holds: (name: Name) => boolean): Name[] =>
    [...names].filter(holds).sort();
  return {
    common: sorted(earlier, (name) => later.has(name)),
    onlyBefore: sorted(earlier, (name) => !later.has(name)),
    onlyAfter: sorted(later, (name) => !earlier.has(name)),
  };
}

interface Pair {
  before: readonly ReadObservation[];
  after: readonly ReadObservation[];
}

type Tested = Omit<ComparedFigure, 'verdict'>;

const RULES: readonly [ComparedMetric, (observation: ReadObservation, brandId: string) => Counted][] = [
  ['presence', (own, brandId) => presence(own, own.mentioned.has(brandId))],
  ['citation_presence', (own, brandId) => citation(own, own.citedBrands.has(brandId))],
];

/** All surfaces together first, then each where there are several. */
function figuresOf(
  { id, name, own }: ComparedBrand,
  pair: Pair,
  surfaces: SurfaceName[],
  seed: string,
): Tested[] {
  const slices = [null, ...(surfaces.length > 1 ? surfaces : [])];
  return RULES.flatMap(([metric, rule]) =>
    slices.map((surface): Tested => {
      const within = (observations: readonly ReadObservation[]) =>
        observations.filter((seen) => surface === null || seen.surface === surface);
      const [before, after] = [within(pair.before), within(pair.after)];
      const compared = pairedShares(before, after, (observation) => rule(observation, id), `${seed} ${id}`);
      const noisy = own && metric === 'presence';
      return {
        ...{ brandId: id, brand: name, own, metric, surface, ...compared },
        noiseFloor: noisy ? noisier(noiseFloor(before, id, seed), noiseFloor(after, id, seed)) : null,
      };
    }),
  );
}

function noisier(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.max(one, other);
}

interface CellRuns {
  promptId: string;
  hits: number;
  runs: number;
}

function pairedShares(
  before: readonly ReadObservation[],
  after: readonly ReadObservation[],
  rule: (observation: ReadObservation) => Counted,
  seed: string,
): Pick<ComparedFigure, 'before' | 'after' | 'difference'> {
  const later = cellRuns(after, rule);
  const cells = [...cellRuns(before, rule)].flatMap(([key, earlier]) => {
    const other = later.get(key);
    return other === undefined ? [] : [{ promptId: earlier.promptId, before: earlier, after: other }];
  });
  const share = ({ hits, runs }: CellRuns): number => hits / runs;
  const pairs = [...Map.groupBy(cells, ({ promptId }) => promptId).values()].map((own) => ({
    before: mean(own.map((cell) => share(cell.before))),
    after: mean(own.map((cell) => share(cell.after))),
  }));
  const period = (of: 'before' | 'after'): PeriodShare => ({
    k: cells.reduce((total, cell) => total + cell[of].hits, 0),
    n: cells.reduce((total, cell) => total + cell[of].runs, 0),
    value: pairs.length === 0 ? null : mean(pairs.map((own) => own[of])),
  });
  return { before: period('before'), after: period('after'), difference: compareShares(pairs, seed) };
}

function cellRuns(
  observations: readonly ReadObservation[],
  rule: (observation: ReadObservation) => Counted,
): Map<string, CellRuns> {
  const cells = new Map<string, CellRuns>();
  for (const observation of observations) {
    const verdict = rule(observation);
    if (!verdict.counts) continue;
    const key = cellKey(observation);
    const cell = cells.get(key) ?? { promptId: observation.promptId, hits: 0, runs: 0 };
    cell.runs++;
    if (verdict.hit) cell.hits++;
    cells.set(key, cell);
  }
  return cells;
}

function judged(tested: readonly Tested[]): Pick<Comparison, 'tests' | 'figures'> {
  const values = tested.flatMap(({ difference: { pValue } }) => pValue ?? []);
  const stands = falseDiscovery(values)[Symbol.iterator]();
  const figures = tested.map((own): ComparedFigure => {
    const { value, pValue } = own.difference;
    if (value === null || pValue === null) return { ...own, verdict: 'not_measured' };
    const real = stands.next().value === true;
    if (own.noiseFloor !== null && Math.abs(value) <= own.noiseFloor) {
      return { ...own, verdict: 'within_noise' };
    }
    return { ...own, verdict: real ? 'changed' : 'not_shown' };
  });
  return { tests: values.length, figures };
}
