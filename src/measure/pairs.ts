import type { BrandBook } from '../contract/brand-book.ts';
import type { Envelope } from '../contract/envelope.ts';
import type { SurfaceName } from '../contract/surface-name.ts';
import { clusteredShare } from './clustered-share.ts';
import type { Figure } from './figure.ts';
import { measure } from './measure.ts';
import type { Methodology } from './methodology.ts';
import type { Observation, Prompt } from './observation.ts';
import { compileObserver } from './observe.ts';
import { type ReplicateSummary, summariseReplicates } from './replicates.ts';
import type { BrandMetrics, Positions } from './report-metrics.ts';
import type { Interval } from './wilson.ts';

/** What is said of the own brand; null where no brand is known, never 0. */
export interface BrandSummary {
  coverage: Figure;
  shareOfVoice: Figure;
  citationPresence: Figure;
  positions: Positions;
}

/** One capture of an analysis and what it says about the own brand. */
export interface Run {
  envelope: Envelope;
  observation: Observation;
  /** Null without a brand, and where no answer was shown. */
  brandMentioned: boolean | null;
}

/** The replicates of one surface in one region. */
export interface Pair {
  surface: SurfaceName;
  /** Region key. */
  region: string;
  runs: Run[];
  replicates: ReplicateSummary;
  brand: BrandSummary | null;
}

/** A domain over several pairs: the mean of their shares, each pair a cluster of its replicates. */
export interface PooledDomain {
  domain: string;
  k: number;
  n: number;
  rate: number | null;
  /** For these providers and locations. */
  ciThese: Interval | null;
  /** For providers and locations like these; null for a single pair. */
  ciCategory: Interval | null;
}

export interface PairsSummary {
  pairs: Pair[];
  asked: number;
  answered: number;
  excluded: Record<string, number>;
  domains: PooledDomain[];
  brand: BrandSummary | null;
  methodology: Methodology;
}

const NO_BRANDS: BrandBook = { brands: [] };

/**
 * Captures of one question, put together by where they were made, in order of first appearance, and over all. `book`:
 * the account's brands, null when it has none. Pure.
 */
export function summarisePairs(
  envelopes: readonly Envelope[],
  prompt: Prompt,
  book: BrandBook | null,
  seed: string,
): PairsSummary {
  const observer = compileObserver(book ?? NO_BRANDS);
  const own = book?.brands.find((brand) => brand.own)?.id ?? null;
  const runs = envelopes.map((envelope): Run => {
    const observation = observer.observe(envelope, prompt.id);
    return { envelope, observation, brandMentioned: own === null ? null : mentionedIn(observation, own) };
  });
  const report = (part: readonly Run[]) =>
    measure({
      prompts: [prompt],
      observations: part.map(({ observation }) => observation),
      book: book ?? NO_BRANDS,
      ...{ seed, terms: observer.terms },
    });
  const groups = [...Map.groupBy(runs, ({ envelope: { job } }) => `${job.surface} ${job.region}`).values()];
  const pairs = groups.flatMap((group): Pair[] => {
    const [first] = group;
    if (first === undefined) return [];
    const { surface, region } = first.envelope.job;
    const brand = brandSummary(report(group).brands.find((named) => named.brandId === own));
    return [{ surface, region, runs: group, replicates: summariseReplicates(group), brand }];
  });
  const whole = report(runs);
  return {
    pairs,
    asked: whole.asked,
    answered: whole.eligible,
    excluded: addUp(pairs.map(({ replicates }) => replicates.excluded)),
    domains: pooledDomains(pairs),
    brand: brandSummary(whole.brands.find((named) => named.brandId === own)),
    methodology: whole.methodology,
  };
}

function mentionedIn({ outcome, mentions }: Observation, own: string): boolean | null {
  const mentioned = mentions.some(({ brandId, kind }) => brandId === own && kind === 'mention');
  if (outcome === 'answered') return mentioned;
  return outcome === 'answered_partially' && mentioned ? true : null;
}

function brandSummary(brand: BrandMetrics | undefined): BrandSummary | null {
  if (brand === undefined) return null;
  const { presence, sovMentions, citationPresence, positions } = brand;
  return { coverage: presence, shareOfVoice: sovMentions, citationPresence, positions };
}

function addUp(counts: readonly Record<string, number>[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const [why, count] of counts.flatMap((own) => Object.entries(own)))
    total[why] = (total[why] ?? 0) + count;
  return total;
}

/** Pairs without a whole answer tell nothing about sources and are no cluster. */
function pooledDomains(pairs: readonly Pair[]): PooledDomain[] {
  const telling = pairs
    .map(({ runs, replicates }) => ({
      whole: runs.filter(({ observation }) => observation.outcome === 'answered').length,
      counts: new Map(replicates.domains.map(({ domain, k }) => [domain, k])),
    }))
    .filter(({ whole }) => whole > 0);
  const domains = [...new Set(telling.flatMap(({ counts }) => [...counts.keys()]))];
  return domains
    .map((domain): PooledDomain => {
      const clusters = telling.map(({ whole, counts }) => ({ hits: counts.get(domain) ?? 0, runs: whole }));
      const { hits, runs, value, ciThese, ciCategory } = clusteredShare(clusters);
      return { domain, k: hits, n: runs, rate: value, ciThese, ciCategory };
    })
    .sort((a, b) => (b.rate ?? 0) - (a.rate ?? 0) || (a.domain < b.domain ? -1 : 1));
}
