import { citationShares } from './citation-shares.ts';
import { type ReadObservation, readBrands } from './eligibility.ts';
import type { Figure } from './figure.ts';
import type { Observation, Prompt } from './observation.ts';
import { RatioFigures } from './ratio-figures.ts';
import type { CitationShare, FourOutcomes } from './report-metrics.ts';
import { SeenBrands } from './seen-brands.ts';
import { presences } from './trend.ts';

/**
 * Where "often" begins: Rank Prompt's visibility × citation share matrix cuts at 25 % and 5 %
 * (specs/analysis.md C.7, nazareno-rankprompt/rankprompt-agency-copilot, 2026-07-21).
 */
export const OFTEN_NAMED = 0.25;
export const OFTEN_CITED = 0.05;

export type Quadrant = 'named_and_cited' | 'named' | 'cited' | 'neither';

/** How often answers name a brand and how much of what they cite is its own. */
export interface Standing {
  presence: Figure;
  /** Of the cited sources of an answer, those of the brand's domains; answers weigh the same. */
  citationShare: Figure;
  outcomes: FourOutcomes;
  /** Null when either was not measured. */
  quadrant: Quadrant | null;
}

export interface Standings {
  /** By brand id, over the whole report. */
  brands: ReadonlyMap<string, Standing>;
  /** Of one brand by category of the prompts, in order of name; empty where no prompt has one. */
  categories: readonly { category: string; prompts: number; standing: Standing }[];
}

/** Every brand between being named and being cited, and one of them category by category. Pure; `seed`: of the report. */
export function standingsOf(
  observations: readonly Observation[],
  prompts: readonly Prompt[],
  brandIds: readonly string[],
  subjectId: string,
  seed: string,
): Standings {
  const read = observations.map(readBrands);
  const index = new Map(prompts.map(({ id }, place) => [id, place]));
  const ratios = new RatioFigures(prompts.length, seed);
  const byBrand = (group: readonly ReadObservation[]): CitationShare[] =>
    citationShares(group, ({ brandId }) => brandId ?? '', index, ratios, brandIds.length + 1);
  const all = byBrand(read);
  const seen = new SeenBrands(read);
  const categoryOf = new Map(prompts.map(({ id, category }) => [id, category]));
  const groups = Map.groupBy(read, ({ promptId }) => categoryOf.get(promptId) ?? '');
  return {
    brands: new Map(brandIds.map((id) => [id, standing(read, seen, id, all)])),
    categories: [...groups]
      .filter(([category]) => category !== '')
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([category, group]) => ({
        category,
        prompts: new Set(group.map(({ promptId }) => promptId)).size,
        standing: standing(group, new SeenBrands(group), subjectId, byBrand(group)),
      })),
  };
}

function standing(
  observations: readonly ReadObservation[],
  seen: SeenBrands,
  brandId: string,
  shares: readonly CitationShare[],
): Standing {
  const { presence } = presences(observations, brandId);
  const citationShare = shareOf(brandId, shares);
  return {
    ...{ presence, citationShare, outcomes: seen.outcomes(brandId) },
    quadrant: quadrantOf(presence.value, citationShare.value),
  };
}

/** A brand that no answer cites has 0 of what is cited, without an interval: resampling zeros gives only zeros. */
function shareOf(brandId: string, shares: readonly CitationShare[]): Figure {
  const own = shares.find(({ key }) => key === brandId);
  if (own !== undefined) return own.weighted;
  const [other] = shares;
  if (other !== undefined) return { ...other.weighted, k: 0, value: 0, ciCategory: null };
  return {
    ...{ k: 0, n: 0, value: null, ciThese: null, ciCategory: null, excluded: {} },
    ...{ method: 'citation_share_weighted/1', reason: 'nothing_eligible' },
  };
}

function quadrantOf(named: number | null, cited: number | null): Quadrant | null {
  if (named === null || cited === null) return null;
  if (named >= OFTEN_NAMED) return cited >= OFTEN_CITED ? 'named_and_cited' : 'named';
  return cited >= OFTEN_CITED ? 'cited' : 'neither';
}
