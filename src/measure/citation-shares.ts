import { citation } from './eligibility.ts';
import type { Observation, SeenSource } from './observation.ts';
import type { RatioFigures } from './ratio-figures.ts';
import type { CitationShare } from './report-metrics.ts';
import { tally } from './share-figure.ts';

/** Domains and URLs listed of a report; the rest is in the observations. */
export const LISTED = 50;

interface KeyTally {
  /** Whose every entry is; null as soon as one is another's: `youtube.com` belongs to no channel on it. */
  brandId: string | null;
  observations: number;
  occurrences: Map<number, number>;
  weights: Map<number, number>;
}

/**
 * Shares of what is cited, by domain or by URL, most cited first. Each observation weighs 1 in the headline: answers
 * with thirty links would dominate otherwise (specs/analysis.md C.3). The denominator is this report.
 */
export function citationShares(
  observations: readonly Observation[],
  keyOf: (source: SeenSource) => string | null,
  promptIndex: ReadonlyMap<string, number>,
  ratios: RatioFigures,
  most = LISTED,
): CitationShare[] {
  const { excluded } = tally(observations, (observation) => citation(observation, true));
  const keys = new Map<string, KeyTally>();
  const occurrences = new Float64Array(promptIndex.size);
  const citing = new Float64Array(promptIndex.size);
  let withoutSources = 0;
  for (const observation of observations) {
    if (!citation(observation, true).counts) continue;
    const cited = observation.sources.filter((source) => source.cited);
    if (cited.length === 0) {
      withoutSources++;
      continue;
    }
    const prompt = promptIndex.get(observation.promptId) ?? 0;
    occurrences[prompt] = (occurrences[prompt] ?? 0) + cited.length;
    citing[prompt] = (citing[prompt] ?? 0) + 1;
    addCited(keys, cited, keyOf, prompt);
  }
  const left = withoutSources === 0 ? excluded : { ...excluded, no_cited_source: withoutSources };
  return mostCited(keys, most).map(([key, own]) => ({
    key,
    brandId: own.brandId,
    weighted: ratios.figure(
      { numerators: own.weights, denominators: citing },
      'citation_share_weighted/1',
      left,
    ),
    occurrences: ratios.figure(
      { numerators: own.occurrences, denominators: occurrences },
      'citation_share/1',
      left,
    ),
    observations: own.observations,
  }));
}

function addCited(
  keys: Map<string, KeyTally>,
  cited: readonly SeenSource[],
  keyOf: (source: SeenSource) => string | null,
  prompt: number,
): void {
  const counts = new Map<string, { count: number; brandId: string | null }>();
  for (const source of cited) {
    const key = keyOf(source);
    if (key === null) continue;
    const known = counts.get(key);
    const brandId = known === undefined || known.brandId === source.brandId ? source.brandId : null;
    counts.set(key, { count: (known?.count ?? 0) + 1, brandId });
  }
  for (const [key, { count, brandId }] of counts) {
    const own = keys.get(key) ?? { brandId, observations: 0, occurrences: new Map(), weights: new Map() };
    if (own.brandId !== brandId) own.brandId = null;
    own.observations++;
    own.occurrences.set(prompt, (own.occurrences.get(prompt) ?? 0) + count);
    own.weights.set(prompt, (own.weights.get(prompt) ?? 0) + count / cited.length);
    keys.set(key, own);
  }
}

function mostCited(keys: ReadonlyMap<string, KeyTally>, most: number): [string, KeyTally][] {
  const weight = ({ weights }: KeyTally): number =>
    [...weights.values()].reduce((total, own) => total + own, 0);
  return [...keys]
    .map(([key, own]): [string, KeyTally, number] => [key, own, weight(own)])
    .sort(([a, , one], [b, , other]) => other - one || (a < b ? -1 : 1))
    .slice(0, most)
    .map(([key, own]) => [key, own]);
}
