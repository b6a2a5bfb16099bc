import { z } from 'zod';
import { textSourceSchema } from '../../analysis/language-model.ts';
import type { StoredMeasures } from '../../analysis/measure-report.ts';
import { lookSchema, type RunLooks, STOP_REASONS } from '../../analysis/report-looks.ts';
import { type CellResult, cellResultSchema } from '../../analysis/report-results.ts';
import { REPORT_STATUSES } from '../../analysis/report-state.ts';
import type { Report, ReportPrompt } from '../../analysis/reports.ts';
import { isoTime } from '../../platform/clock.ts';
import { intervalSchema } from '../figure-wire.ts';
import { PLATFORM_NAMES, platformOf } from './platforms.ts';
import { type BrandTexts, presentSentiment, sentimentFields } from './sentiment-wire.ts';

/** Replicates that are added until a figure is exact enough. */
const replicatesUntilSchema = z
  .strictObject({
    min: z.number().optional().describe('Before the first look; 3 unless said.'),
    max: z.number().optional().describe('3 to 20; 20 unless said. Looks are at 3, 5, 8, 12 and 20.'),
    until: z.strictObject({
      metric: z.literal('presence').describe('Of the own brand, on each surface by itself.'),
      halfWidth: z.number().describe('Of the interval for these prompts, .01 to .5.'),
    }),
  })
  .meta({ id: 'ReplicatesUntil' });

export const reportBodySchema = z
  .strictObject({
    brand_id: z.string(),
    ai_platforms: z
      .array(z.string().meta({ enum: [...PLATFORM_NAMES] }))
      .optional()
      .describe('chatgpt, perplexity, ai_overviews and claude unless said.'),
    country: z.string().nullable().optional(),
    language: z.string().nullable().optional(),
    location: z.string().nullable().optional().describe('A city.'),
    name: z.string().nullable().optional(),
    replicates: z
      .union([z.number(), replicatesUntilSchema])
      .optional()
      .describe(
        'Captures of each cell, 1 to 10 (an addition of ours); 3 or more for intervals that hold. Or until when they are added.',
      ),
  })
  .meta({ id: 'ReportCreate' });

const reportFields = {
  id: z.uuid(),
  object: z.literal('report'),
  brand_id: z.uuid(),
  name: z.string().nullable(),
  status: z.enum(REPORT_STATUSES),
  ai_platforms: z.array(z.string()),
  country: z.string().nullable(),
  language: z.string().nullable(),
  location: z.string().nullable(),
  replicates: z.int(),
  replicates_until: replicatesUntilSchema
    .required({ min: true, max: true })
    .optional()
    .describe('Only where replicates are added until a figure is exact enough.'),
  batch_id: z.null(),
  region_config_id: z.null(),
  scheduled_report_id: z.null(),
  failure_reason: z.string().nullable(),
  created_at: z.iso.datetime(),
  completed_at: z.iso.datetime().nullable(),
  warnings: z.array(z.string()),
};

export const reportSchema = z.strictObject(reportFields).meta({ id: 'Report' });

const resultSchema = z
  .strictObject({
    platform: z.string(),
    brand_appears: z.boolean().nullable().describe('Null when no capture could tell.'),
    appearances: cellResultSchema.shape.appearances,
    rank: z.int().nullable(),
    response: z.string().nullable(),
    citations: z.array(
      z.strictObject({
        url: z.string().nullable(),
        title: z.string().nullable(),
        domain: z.string().nullable(),
        position: z.int().nullable(),
        cited: z.boolean(),
        snippet: z.string().nullable(),
        cited_text: z.string().nullable(),
      }),
    ),
    businesses_categorized: z
      .array(z.strictObject({ name: z.string(), website: z.string().nullable() }))
      .describe('Brands of the book that the answers name.'),
    ...sentimentFields,
    captures: z.array(z.strictObject({ id: z.string(), outcome: z.string() })),
  })
  .meta({ id: 'PromptResult' });

export const promptSchema = z
  .strictObject({
    brand_id: z.uuid(),
    category: z.string().nullable(),
    created_at: z.iso.datetime(),
    generated_by: z.enum(['user', 'template', 'llm']),
    llm: textSourceSchema.optional().describe('Only of what a language model wrote.'),
    id: z.uuid(),
    object: z.literal('prompt'),
    prompt_text: z.string(),
    report_id: z.uuid(),
  })
  .meta({ id: 'ReportPrompt' });

export const reportDetailSchema = z
  .strictObject({
    ...reportFields,
    ranked_prompts: z
      .int()
      .nullable()
      .describe('Results in which the brand appears; null before the first run has ended.'),
    total_results: z.int().nullable().describe('Results that could tell.'),
    visibility_score: z.number().nullable().describe('ranked_prompts ÷ total_results × 100, one decimal.'),
    visibility_interval: z
      .strictObject({ these: intervalSchema.nullable(), category: intervalSchema.nullable() })
      .nullable()
      .describe('95 %, of the share: for these prompts, and for questions like these.'),
    quality: z.string().nullable(),
    tier: z.string().nullable(),
    metrics_version: z.string().nullable(),
    brand_book_hash: z.string().nullable(),
    measured_at: z.iso.datetime().nullable(),
    metrics: z.record(z.string(), z.unknown()).nullable().describe('Every figure (docs: method).'),
    looks: z
      .strictObject({ taken: z.array(lookSchema), stopped: z.enum(STOP_REASONS).nullable() })
      .optional()
      .describe('Only with replicates_until: what the latest run saw at each look, and why it made no more.'),
    prompts: z.array(promptSchema.extend({ results: z.array(resultSchema) })),
  })
  .meta({ id: 'ReportDetail' });

export const promptsBodySchema = z
  .strictObject({
    prompts: z
      .array(z.strictObject({ prompt_text: z.string(), category: z.string().nullable().optional() }))
      .optional()
      .describe('At most 50 in a report, each of 1 to 5000 characters.'),
    auto_generate: z
      .boolean()
      .optional()
      .describe(
        'From the categories of the brand, by templates; by the language model where one is configured.',
      ),
  })
  .meta({ id: 'PromptsCreate' });

const time = (date: Date | null): string | null => (date === null ? null : isoTime(date.getTime()));

function untilOf({ stopping }: Report): Pick<z.infer<typeof reportSchema>, 'replicates_until'> {
  if (stopping === null) return {};
  const { min, max, halfWidth } = stopping;
  return { replicates_until: { min, max, until: { metric: 'presence', halfWidth } } };
}

export function presentReport(report: Report, warnings: string[] = []): z.infer<typeof reportSchema> {
  return {
    ...{
      id: report.id,
      object: 'report',
      brand_id: report.brandId,
      name: report.name,
      status: report.status,
    },
    ai_platforms: report.surfaces.map(platformOf),
    country: report.region?.country ?? null,
    language: report.language,
    location: report.region?.city ?? null,
    replicates: report.replicates,
    ...untilOf(report),
    ...{ batch_id: null, region_config_id: null, scheduled_report_id: null },
    failure_reason: report.failureReason,
    created_at: isoTime(report.createdAt.getTime()),
    completed_at: time(report.completedAt),
    warnings,
  };
}

export function presentPrompt(prompt: ReportPrompt, brandId: string): z.infer<typeof promptSchema> {
  return {
    ...{ brand_id: brandId, category: prompt.category, created_at: isoTime(prompt.createdAt.getTime()) },
    ...{ generated_by: prompt.origin, id: prompt.id, object: 'prompt', prompt_text: prompt.text },
    ...(prompt.source === null ? {} : { llm: prompt.source }),
    report_id: prompt.reportId,
  };
}

export function presentDetail(
  report: Report,
  prompts: readonly ReportPrompt[],
  measured: StoredMeasures | undefined,
  { looks, known }: { looks: RunLooks | undefined; known: BrandTexts | undefined },
): z.infer<typeof reportDetailSchema> {
  const results = measured?.results;
  const cells = Map.groupBy(results?.cells ?? [], ({ promptId }) => promptId);
  const share = results?.share ?? null;
  return {
    ...presentReport(report, measured?.metrics.warnings ?? []),
    ranked_prompts: results?.ranked ?? null,
    total_results: results?.total ?? null,
    visibility_score: share === null ? null : Math.round(share * 1_000) / 10,
    visibility_interval:
      results === undefined || share === null
        ? null
        : { these: results.ciThese, category: results.ciCategory },
    quality: measured?.metrics.quality ?? null,
    tier: measured?.metrics.methodology.tier.tier ?? null,
    metrics_version: measured?.version ?? null,
    brand_book_hash: measured?.brandBookHash ?? null,
    measured_at: time(measured?.measuredAt ?? null),
    metrics: measured === undefined ? null : presentMetrics(measured, known),
    ...(report.stopping === null || looks === undefined
      ? {}
      : { looks: { taken: looks.looks, stopped: looks.stopped } }),
    prompts: prompts.map((prompt) => ({
      ...presentPrompt(prompt, report.brandId),
      results: (cells.get(prompt.id) ?? []).map((cell) => presentResult(cell, known)),
    })),
  };
}

/** The figures, and in their methodology that a model also read answers; it is in none of them. */
function presentMetrics({ metrics }: StoredMeasures, known: BrandTexts | undefined): Record<string, unknown> {
  const written = [...(known?.texts.values() ?? [])].some(({ value }) => value !== null);
  if (!written) return { ...metrics };
  return { ...metrics, methodology: { ...metrics.methodology, sentiment: 'labels_by_llm', llmUsed: true } };
}

function presentResult(cell: CellResult, known: BrandTexts | undefined): z.infer<typeof resultSchema> {
  return {
    ...{
      platform: platformOf(cell.surface),
      brand_appears: cell.brandAppears,
      appearances: cell.appearances,
    },
    ...{ rank: cell.rank, response: cell.response },
    citations: cell.citations.map(({ citedText, ...citation }) => ({ ...citation, cited_text: citedText })),
    businesses_categorized: cell.brands,
    ...presentSentiment(cell, known),
    captures: cell.captures.map(({ id, outcome }) => ({ id, outcome })),
  };
}
