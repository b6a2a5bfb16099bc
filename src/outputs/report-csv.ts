import type { Observation, Prompt } from '../measure/observation.ts';
import type { ReportMetrics } from '../measure/report-metrics.ts';
import { type Cell, type CsvOptions, csvPieces } from './csv.ts';
import { derivedFigures } from './derived-figures.ts';
import { type NamedFigure, namedFigures } from './named-figures.ts';

/** One row per capture. Columns are only ever added, at the end. */
export function observationsCsv(
  observations: Iterable<Observation>,
  prompts: readonly Prompt[],
  options?: CsvOptions,
): Generator<string> {
  const texts = new Map(prompts.map(({ id, text }) => [id, text]));
  return csvPieces(OBSERVATION_COLUMNS, observationRows(observations, texts), options);
}

const OBSERVATION_COLUMNS = [
  ...['observation_id', 'prompt_id', 'prompt', 'surface', 'region', 'replicate', 'outcome', 'captured_at'],
  ...['region_honoured', 'login_state', 'adapter', 'model_label', 'text_length', 'brands_mentioned'],
  ...[
    'brands_cited',
    'sources',
    'cited_sources',
    'raw_key',
    'raw_sha256',
    'screenshot_key',
    'screenshot_sha256',
  ],
] as const;

function* observationRows(
  observations: Iterable<Observation>,
  texts: ReadonlyMap<string, string>,
): Generator<Cell[]> {
  for (const own of observations) {
    const cited = own.sources.filter((source) => source.cited);
    const mentioned = own.mentions.flatMap(({ kind, brandId }) => (kind === 'mention' ? [brandId] : []));
    const { rawKey, rawSha256, screenshotKey, screenshotSha256 } = own.proof;
    yield [
      ...[own.id, own.promptId, texts.get(own.promptId) ?? null, own.surface, own.region, own.replicate],
      ...[own.outcome, own.capturedAt, own.regionHonoured, own.loginState, own.adapter, own.modelLabel],
      ...[own.textLength, listed(mentioned), listed(cited.flatMap(({ brandId }) => brandId ?? []))],
      ...[own.sources.length, cited.length, rawKey, rawSha256, screenshotKey, screenshotSha256],
    ];
  }
}

/** Different ids, in order, in one cell. */
function listed(ids: readonly string[]): string {
  return [...new Set(ids)].sort().join(' ');
}

/** One row per place where a brand's term stands in an answer, counted or not; `kind` says which. */
export function mentionsCsv(observations: Iterable<Observation>, options?: CsvOptions): Generator<string> {
  return csvPieces(MENTION_COLUMNS, mentionRows(observations), options);
}

const MENTION_COLUMNS = [
  ...[
    'observation_id',
    'prompt_id',
    'surface',
    'region',
    'replicate',
    'brand_id',
    'term_id',
    'kind',
    'where',
  ],
  ...['list_rank', 'start', 'end'],
] as const;

function* mentionRows(observations: Iterable<Observation>): Generator<Cell[]> {
  for (const { id, promptId, surface, region, replicate, mentions } of observations) {
    for (const { brandId, termId, kind, where, listRank, start, end } of mentions) {
      yield [id, promptId, surface, region, replicate, brandId, termId, kind, where, listRank, start, end];
    }
  }
}

/** One row per source of an answer, cited or only shown. */
export function citationsCsv(observations: Iterable<Observation>, options?: CsvOptions): Generator<string> {
  return csvPieces(CITATION_COLUMNS, citationRows(observations), options);
}

const CITATION_COLUMNS = [
  ...['observation_id', 'prompt_id', 'surface', 'region', 'replicate', 'source_id', 'url', 'domain', 'cited'],
  ...['position', 'brand_id'],
] as const;

function* citationRows(observations: Iterable<Observation>): Generator<Cell[]> {
  for (const { id, promptId, surface, region, replicate, sources } of observations) {
    for (const { sourceId, url, domain, cited, position, brandId } of sources) {
      yield [id, promptId, surface, region, replicate, sourceId, url, domain, cited, position, brandId];
    }
  }
}

/** One row per figure of the report and its page, with both intervals and what was left out. */
export function metricsCsv(
  metrics: ReportMetrics,
  observations: readonly Observation[],
  options?: CsvOptions,
): Generator<string> {
  return csvPieces(METRIC_COLUMNS, metricRows(allFigures(metrics, observations)), options);
}

/** Every figure, those of the page last. */
export function* allFigures(
  metrics: ReportMetrics,
  observations: readonly Observation[],
): Generator<NamedFigure> {
  yield* namedFigures(metrics);
  yield* derivedFigures(metrics, observations);
}

const METRIC_COLUMNS = [
  ...['metric', 'brand_id', 'brand', 'slice', 'slice_value', 'k', 'n', 'value', 'these_low', 'these_high'],
  ...['category_low', 'category_high', 'excluded', 'method', 'reason'],
] as const;

function* metricRows(figures: Iterable<NamedFigure>): Generator<Cell[]> {
  for (const { metric, brandId, brand, slice, sliceValue, figure } of figures) {
    const { k, n, value, ciThese, ciCategory, excluded, method, reason } = figure;
    const left = Object.entries(excluded).map(([why, times]) => `${why}:${times}`);
    yield [
      ...[
        metric,
        brandId,
        brand,
        slice,
        sliceValue,
        k,
        n,
        value,
        ciThese?.low ?? null,
        ciThese?.high ?? null,
      ],
      ...[ciCategory?.low ?? null, ciCategory?.high ?? null, left.join(' '), method, reason],
    ];
  }
}
