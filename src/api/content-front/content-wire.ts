import { z } from 'zod';
import { DEPTHS } from '../../analysis/content-prices.ts';
import { RUN_STATUSES } from '../../analysis/content-run-state.ts';
import { pageScoreSchema } from '../../contract/page-score.ts';

import { adviceFields } from './advice-wire.ts';
import { summaryFields } from './summary-wire.ts';

const CODE = '{path} must be a text of at most 20 characters';
const DEPTH = 'analysis_depth must be score or full';
const KEY = 'idempotency_key must be a text of at most 160 characters';
const URL_TEXT = 'url must be an absolute http or https address of a public page';
const LIMIT = 'limit must be a whole number';

const code = z.string(CODE).max(20, CODE).optional();
const url = z.string(URL_TEXT).describe('URL of the page; http or https, public.');

export const createRunSchema = z
  .strictObject(
    {
      url,
      language: code.describe('Language code. Default: en.'),
      country: code.describe('Country or market code. Default: US.'),
      analysis_depth: z.enum(DEPTHS, DEPTH).optional().describe('Default: full.'),
      idempotency_key: z.string(KEY).max(160, KEY).optional(),
    },
    'body must be a JSON object',
  )
  .meta({ id: 'CreateContentRun' });

/** `3.00`: money is a decimal text in this API. */
const moneySchema = z.string().regex(/^\d+\.\d\d$/);

export const createdRunSchema = z
  .strictObject({
    action_decision_id: z.string(),
    run_id: z.string(),
    status: z.literal('queued'),
    estimated_credits: moneySchema,
    analysis_depth: z.enum(DEPTHS),
  })
  .meta({ id: 'CreatedContentRun' });

const band = z.string().nullable();
const score = z.number().nullable();
const part = z.strictObject({ score, band, notes: z.array(z.string()), summary: z.string() });

/**
 * A score in every shape that the vendor's page, client and examples know, all from the same values: flat, nested, and with
 * our own evidence behind it (specs/analysis.md A.2).
 */
export const contentResultSchema = z
  .strictObject({
    overall_score: score,
    overall_band: band,
    page_type: z.string().nullable(),
    trend_source: z.string().nullable(),
    freshness_score: score,
    freshness_band: band,
    sufficiency_score: score,
    sufficiency_band: band,
    top_recommendations: z.array(z.string()),
    overall: z.strictObject({ score, band, summary: z.string(), ...summaryFields }),
    content_depth: part,
    content_freshness: part,
    ...adviceFields,
    blocked: z.boolean(),
    blocked_message: z.string().nullable(),
    site_error: z.boolean(),
    site_error_message: z.string().nullable(),
    content_score_issue: z.string().nullable(),
    issue_message: z.string().nullable(),
    model: pageScoreSchema
      .pick({
        ...{
          model_version: true,
          gates: true,
          factors: true,
          weights: true,
          capped_by: true,
          stuffing: true,
        },
        ...{
          queries: true,
          coverage_gap: true,
          coverage_of_model: true,
          extraction_mode: true,
          warnings: true,
        },
        ...{ freshness: true, page: true },
      })
      .describe('What the numbers are made of: our own model, factor by factor.'),
    evidence_note: z.string(),
  })
  .meta({ id: 'ContentResult' });

export const billingSchema = z
  .strictObject({
    status: z.enum(['reserved', 'settled', 'released']),
    estimated_credits: moneySchema,
    reserved_credits: moneySchema,
    settled_credits: moneySchema,
    released_credits: moneySchema,
  })
  .meta({ id: 'Billing' });

const runFields = {
  run_id: z.string(),
  action_decision_id: z.string(),
  test_id: z.null(),
  status: z.enum(RUN_STATUSES),
  source: z.literal('api'),
  created_at: z.string(),
  started_at: z.string().nullable(),
  completed_at: z.string().nullable(),
  url: z.string(),
  language: z.string(),
  country: z.string(),
  analysis_depth: z.enum(DEPTHS),
  overall_score: score,
  overall_band: band,
  estimated_credits: moneySchema,
  settled_credits: moneySchema,
  reserved_credits: moneySchema,
  released_credits: moneySchema,
  billing_status: billingSchema.shape.status,
  billing: billingSchema,
  explanation: z.string(),
};

export const runSchema = z
  .strictObject({
    ...runFields,
    ca_result: contentResultSchema
      .nullable()
      .optional()
      .describe('With include_result=true; null while there is none.'),
  })
  .meta({ id: 'ContentRun' });

export const runListSchema = z
  .strictObject({
    runs: z.array(runSchema),
    limit: z.int(),
    has_more: z.boolean(),
    next_starting_after: z.string().nullable(),
  })
  .meta({ id: 'ContentRunList' });

export const runListQuerySchema = z.object({
  status: z.enum(RUN_STATUSES, `status must be one of ${RUN_STATUSES.join(', ')}`).optional(),
  limit: z
    .string()
    .regex(/^-?\d{1,15}$/, LIMIT)
    .optional()
    .describe('Clamped to 1–100. Default: 20.'),
  starting_after: z.string().optional().describe('`next_starting_after` of the page before.'),
});

export const runQuerySchema = z.object({
  include_result: z.enum(['true', 'false'], 'include_result must be true or false').optional(),
});

const TOPIC = 'topic must be a text of 1-300 characters';
const MORE = '{path} must be a text of at most 2,000 characters';

export const scoreRequestSchema = z
  .strictObject(
    {
      url,
      extraction_mode: z
        .string('extraction_mode must be a text')
        .max(40, 'extraction_mode must be a text of at most 40 characters')
        .optional()
        .describe(
          '`ssr` (default): one static fetch; `rendered`: in a browser as well. Anything else counts as `ssr`.',
        ),
      industry: z
        .string('industry must be a text')
        .max(200, 'industry must be a text of at most 200 characters')
        .optional()
        .describe('Accepted and not used: nothing in the model depends on it.'),
      trends: z
        .array(
          z.object(
            {
              topic: z.string(TOPIC).min(1, TOPIC).max(300, TOPIC),
              description: z.string(MORE).max(2_000, MORE).optional(),
              relevance: z.unknown().optional(),
              opportunity: z.unknown().optional(),
            },
            'trends must be a list of objects with a topic',
          ),
          'trends must be a list of objects with a topic',
        )
        .max(50, 'trends must be a list of at most 50 topics')
        .optional()
        .describe('Topics the page should cover.'),
      language: code,
      country: code,
    },
    'body must be a JSON object',
  )
  .meta({ id: 'ScoreContent' });

export const scoreAnswerSchema = z
  .strictObject({
    action_decision_id: z.string(),
    status: z.enum(['completed', 'failed']),
    url: z.string(),
    language: z.string(),
    country: z.string(),
    ...contentResultSchema.shape,
    ca_result: contentResultSchema,
    estimated_credits: moneySchema,
    settled_credits: moneySchema,
    reserved_credits: moneySchema,
    released_credits: moneySchema,
    billing_status: billingSchema.shape.status,
    billing: billingSchema,
    explanation: z.string(),
  })
  .meta({ id: 'ContentScore' });
