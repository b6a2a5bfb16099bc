import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { BrandBook } from '../contract/brand-book.ts';
import { brandMetrics, slicesOf } from './brand-metrics.ts';
import { citationShares } from './citation-shares.ts';
import { completenessOf, countedBy, qualityOf, surfaceSample } from './completeness.ts';
import { isTelling, type ReadObservation, readBrands } from './eligibility.ts';
import { checkFacts, type SentenceOfBrand } from './fact-check.ts';
import { gridOf } from './grid.ts';
import type { Methodology } from './methodology.ts';
import { methodologyBlock } from './methodology-block.ts';
import type { Observation, Prompt } from './observation.ts';
import { RatioFigures } from './ratio-figures.ts';
import {
  type BrandMetrics,
  type CompetitorSuggestion,
  METRICS_VERSION,
  type ReportMetrics,
} from './report-metrics.ts';
import { sharesOfVoice } from './share-of-voice.ts';
import { cellsOf, stabilityOf } from './stability.ts';
import { countTerms, type TermCheck, termsOf } from './term-counts.ts';

export interface MeasureInput {
  prompts: readonly Prompt[];
  /** One per child; every `promptId` is one of the prompts. */
  observations: readonly Observation[];
  book: BrandBook;
  /** Of the resampling: the report's id, so that the same report gives the same bytes. */
  seed: string;
  /** Runs of the same prompts so far and the days between them. */
  cadence?: Methodology['cadence'];
  /** `Observer.terms` of the book. */
  terms?: TermCheck;
  /** Names that are in no book: shown, never counted. */
  suggestions?: readonly CompetitorSuggestion[];
}

/**
 * Everything a report says, from what its captures said (specs/analysis.md C.3 to C.6). Pure: the same observations in
 * any order, the same book and seed give the same bytes. Throws RangeError when an observation names no known prompt
 * or two have the same id.
 */
export function measure(input: MeasureInput): ReportMetrics {
  const { book, seed } = input;
  const prompts = [...input.prompts].sort((a, b) => (a.id < b.id ? -1 : 1));
  const promptIndex = new Map(prompts.map(({ id }, index) => [id, index]));
  const observations = inOrder(input.observations, promptIndex).map(readBrands);
  const brandBookHash = hashOf(book);
  const ratios = new RatioFigures(prompts.length, seed);
  const brands = allBrands(observations, input, promptIndex, ratios);
  const own = brands.find((brand) => brand.own);
  const stability = stabilityOf(observations, own?.brandId ?? null, seed);
  const completeness = completenessOf(observations);
  const eligible = observations.filter(({ outcome }) => /^answered/.test(outcome)).length;
  const groups = [...Map.groupBy(observations, ({ surface }) => surface)];
  return {
    ...{ version: METRICS_VERSION, brandBookHash, inputHash: observationsHash(observations) },
    prompts,
    ...{ asked: observations.length, eligible, completeness, quality: qualityOf(completeness) },
    failureReason: failureReason(observations, eligible),
    surfaces: groups.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, group]) => surfaceSample(name, group)),
    brands,
    domains: citationShares(observations, ({ domain }) => domain, promptIndex, ratios),
    urls: citationShares(observations, ({ url }) => url, promptIndex, ratios),
    stability,
    grid: gridOf(
      observations,
      book.brands.flatMap(({ id, own: isOwn }) => (isOwn ? [id] : [])),
    ),
    suggestions: [...(input.suggestions ?? [])],
    methodology: methodologyBlock({
      ...{ definitionsVersion: METRICS_VERSION, prompts, observations, brandBookHash, stability },
      cadence: input.cadence ?? { runs: 1, intervalDays: null },
      ambiguous: brands.reduce((total, brand) => total + brand.ambiguous.observations, 0),
      controlHits: brands.flatMap(({ terms }) => terms).reduce((total, term) => total + term.controlHits, 0),
      factChecks: brands.flatMap(({ factCheck }) => factCheck),
      tier: {
        prompts: prompts.length,
        intents: new Set(prompts.flatMap(({ intent }) => intent ?? [])).size,
        surfaces: groups.length,
        replicates: fewestReplicates(observations),
        runs: input.cadence?.runs ?? 1,
        completeness,
        headline: own?.presence ?? null,
      },
    }),
    warnings: warningsOf(observations, brands),
  };
}

function allBrands(
  observations: readonly ReadObservation[],
  { book, terms }: MeasureInput,
  promptIndex: ReadonlyMap<string, number>,
  ratios: RatioFigures,
): BrandMetrics[] {
  const voices = sharesOfVoice(observations, book, promptIndex, ratios);
  const counts = countTerms(observations);
  const slices = slicesOf(observations);
  return book.brands.flatMap((brand) => {
    const voice = voices.get(brand.id);
    if (voice === undefined) return [];
    return [
      {
        ...brandMetrics(brand, slices),
        ...voice,
        terms: termsOf(brand, counts, terms),
        factCheck: brand.facts === null ? [] : checkFacts(brand, sentencesAbout(brand.id, observations)),
      },
    ];
  });
}

function sentencesAbout(brandId: string, observations: readonly Observation[]): SentenceOfBrand[] {
  return observations.flatMap(({ id, sentences }) =>
    sentences.flatMap(({ brandId: named, text }) => (named === brandId ? [{ observationId: id, text }] : [])),
  );
}

/** By id; throws for two of one id and for a prompt nobody asked. */
function inOrder(
  observations: readonly Observation[],
  promptIndex: ReadonlyMap<string, number>,
): Observation[] {
  const ordered = [...observations].sort((a, b) => (a.id < b.id ? -1 : 1));
  ordered.forEach(({ id, promptId }, index) => {
    if (!promptIndex.has(promptId))
      throw new RangeError(`observation ${id} is of unknown prompt ${promptId}`);
    if (ordered[index - 1]?.id === id) throw new RangeError(`observation ${id} is there twice`);
  });
  return ordered;
}

/** Lower-case hex SHA-256 of the canonical JSON (RFC 8785). */
function hashOf(value: BrandBook): string {
  return createHash('sha256')
    .update(canonicalize(value) ?? '')
    .digest('hex');
}

/** Over everything a figure is made of, in a fixed order of fields, so that it does not matter how they were stored. */
function observationsHash(observations: readonly Observation[]): string {
  const hash = createHash('sha256');
  for (const seen of observations) {
    const mentions = seen.mentions.map((own) => [
      ...[own.brandId, own.termId, own.start, own.end],
      ...[own.kind, own.where, own.listRank],
    ]);
    const sources = seen.sources.map((own) => [own.url, own.domain, own.cited, own.position, own.brandId]);
    const words = [seen.words.total, ...Object.entries(seen.words.byBrand).sort().flat()];
    const head = [seen.id, seen.promptId, seen.surface, seen.region, seen.replicate, seen.outcome];
    const rest = [seen.regionHonoured, seen.textLength, seen.productCards, seen.proof.rawSha256];
    hash.update(JSON.stringify([head, rest, mentions, sources, words]));
  }
  return hash.digest('hex');
}

/** Why a report without a single answer has no figures: the most frequent end of its captures. */
function failureReason(observations: readonly Observation[], eligible: number): string | null {
  if (eligible > 0 || observations.some(isTelling)) return null;
  const [most] = Object.entries(countedBy(observations, ({ outcome }) => outcome)).sort(
    ([, a], [, b]) => b - a,
  );
  if (most === undefined) return 'nothing was captured';
  return `no capture ended with what its surface shows; most frequent: ${most[0]} (${most[1]} of ${observations.length})`;
}

function fewestReplicates(observations: readonly Observation[]): number {
  const sizes = cellsOf(observations).map((cell) => cell.length);
  return sizes.reduce((least, own) => Math.min(least, own), sizes[0] ?? 0);
}

function warningsOf(observations: readonly Observation[], brands: readonly BrandMetrics[]): string[] {
  const blind = observations.filter(({ outcome }) => outcome === 'extraction_empty').length;
  const elsewhere = observations.filter(({ regionHonoured }) => !regionHonoured).length;
  const hits = brands.flatMap(({ name, terms }) =>
    terms.filter(({ controlHits }) => controlHits > 0).map(({ text }) => `${text} (${name})`),
  );
  const doubtful = brands.filter(({ ambiguous }) => ambiguous.observations > 0).map(({ name }) => name);
  const quality = qualityOf(completenessOf(observations));
  const whole = observations.filter(({ outcome }) => outcome === 'answered');
  const sourceless = [...Map.groupBy(whole, ({ surface }) => surface)].flatMap(([surface, group]) =>
    group.every(({ sources }) => sources.length === 0) ? [surface] : [],
  );
  return [
    ...(quality === 'insufficient'
      ? ['fewer than 80 % of the captures saw what their surface shows: nothing may be claimed']
      : []),
    ...(blind > 0 ? [`${blind} captures showed an answer that could not be read: our fault, left out`] : []),
    ...(elsewhere > 0
      ? [`${elsewhere} captures were shown another region than asked; not in the region slices`]
      : []),
    ...sourceless
      .sort()
      .map((surface) => `no answer of ${surface} shows a source: they count as citing nobody`),
    ...(hits.length > 0 ? [`found in neutral control answers, too: ${hits.join(', ')}`] : []),
    ...(doubtful.length > 0 ? [`homographs that nothing supports are left out: ${doubtful.join(', ')}`] : []),
  ];
}
