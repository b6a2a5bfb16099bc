import { z } from 'zod';

export const MODEL_VERSION = 'content-score/1';

/** The lowest score of each band, best first; ours, since the vendor publishes only examples (76 Good … 84 Strong). */
export const SCORE_BANDS = [
  { band: 'Strong', from: 84 },
  { band: 'Good', from: 70 },
  { band: 'Fair', from: 50 },
  { band: 'Weak', from: 0 },
] as const;

export type ScoreBand = (typeof SCORE_BANDS)[number]['band'];

/** The band of a score of 0–100. */
export function bandOf(score: number): ScoreBand {
  return SCORE_BANDS.find(({ from }) => score >= from)?.band ?? 'Weak';
}

/** A failed gate caps the overall score here. */
export const GATE_CAP = 40;

/** Stands under every score: an AI-readiness score by itself predicts next to nothing. */
export const EVIDENCE_NOTE =
  'A page score alone does not predict whether AI search cites the page: in a pre-registered study of 485 domains, 26 structural factors together correlated with citations at r = 0.009 (p = 0.85). The gates are facts, fit to the query is the best supported factor, the rest is hygiene. The truthful figure is how often captures of real answers cite the page.';

export const FACTOR_IDS = ['F1', 'F2', 'F3', 'F4', 'F5', 'F6', 'F7', 'F8', 'F9', 'F10', 'F11'] as const;
export const GATE_IDS = ['G1', 'G2', 'G3', 'G4'] as const;
export const PAGE_KINDS = ['news', 'price', 'comparison', 'software', 'how_to', 'reference'] as const;

const share = z.number().min(0).max(1);
const score = z.number().min(0).max(100);
const band = z.enum(['Strong', 'Good', 'Fair', 'Weak']);

/** What a crawler may do at this address, with the line of robots.txt that decides. */
export const agentSchema = z.strictObject({
  agent: z.string(),
  vendor: z.string(),
  class: z.enum(['search', 'training', 'user']),
  surfaces: z.array(z.string()),
  scored: z.boolean().describe('training agents are listed, never scored'),
  allowed: z.boolean().nullable(),
  robots_line: z.string().nullable(),
});

export const gateSchema = z.strictObject({
  id: z.enum(GATE_IDS),
  name: z.string(),
  status: z.enum(['pass', 'fail', 'unknown']),
  why: z.string(),
  agents: z.array(agentSchema).optional(),
});

export const factorSchema = z.strictObject({
  id: z.enum(FACTOR_IDS),
  name: z.string(),
  value: share.nullable().describe('null: not measurable on this page'),
  weight: z.number().nonnegative(),
  evidence: z.enum(['strong', 'fact', 'medium', 'low', 'none']),
  measured: z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()])),
  why: z.string(),
});

export const pageDateSchema = z.strictObject({
  date: z.string().describe('ISO 8601, the day or the instant the page gives'),
  basis: z.enum([
    'capture_history',
    'json_ld_modified',
    'json_ld_published',
    'meta_modified',
    'meta_published',
    'time_element',
    'visible_text',
    'sitemap_lastmod',
    'last_modified_header',
  ]),
  trust: z.enum(['high', 'medium', 'low']),
  text: z.string().describe('as it stood on the page'),
});

export const freshnessSchema = z.strictObject({
  score: score.nullable().describe('null: the page carries no date'),
  band: band.nullable(),
  dates: z.array(pageDateSchema),
  conflicts: z.array(z.string()),
  kind: z.enum(PAGE_KINDS),
  kind_reason: z.string(),
  half_life_days: z.number(),
  last_change: z.string().nullable(),
  age_days: z.number().nullable(),
  notes: z.array(z.string()),
});

export const sufficiencySchema = z.strictObject({
  score,
  band,
  notes: z.array(z.string()),
});

export const recommendationSchema = z.strictObject({
  factor: z.enum([...GATE_IDS, ...FACTOR_IDS]),
  priority: z.enum(['high', 'medium', 'low']),
  title: z.string(),
  recommendation: z.string(),
  why: z.string(),
  evidence: z.string(),
  where: z.strictObject({
    heading: z.string().nullable(),
    selector: z.string().nullable(),
    char_range: z.tuple([z.number().int(), z.number().int()]).nullable(),
  }),
  quote: z.string().nullable().describe('words of the page, at most 25; char_range slices to them'),
  expected_effect: z.enum(['unknown', 'direction known', 'removes a block']),
});

export const trendCoverageSchema = z.strictObject({
  trend: z.string(),
  coverage: share,
  gap: z.string().nullable(),
  action: z.string().nullable(),
});

export const queryFitSchema = z.strictObject({
  query: z.string(),
  origin: z.enum(['caller', 'page']),
  value: share,
  in_title: share,
  in_headings: share,
  in_body: share,
  missing_terms: z.array(z.string()),
});

/** What cited pages of our own captures answer and this one does not; null without captures. */
export const coverageGapSchema = z.strictObject({
  pages: z.number().int().nonnegative(),
  captures: z.number().int().nonnegative(),
  value: share.nullable().describe('weighted share of subtopics that the page covers'),
  subtopics: z.array(
    z.strictObject({
      subtopic: z.string(),
      covered: z.boolean(),
      weight: z.number(),
      domains: z.number().int(),
      gap: z.boolean().describe('covered by at least 2 cited pages of 2 domains and not here'),
      covered_by: z.array(z.strictObject({ url: z.string(), quote: z.string() })),
    }),
  ),
  citations: z.array(
    z.strictObject({
      surface: z.string(),
      query: z.string(),
      k: z.number().int(),
      n: z.number().int(),
      positions: z.array(z.number().int()),
      absorbed: z.number().int().describe('captures whose citing words stand on the page'),
      retrieved_only: z.number().int(),
    }),
  ),
  /** Terms that cited pages hold and this page does not, per query. */
  missing_terms: z.array(
    z.strictObject({ query: z.string(), term: z.string(), pages: z.number().int(), of: z.number().int() }),
  ),
  /** Terms of the queries as stems, with their weight (BM25) among the pages cited for the query and this one. */
  query_terms: z
    .array(z.strictObject({ query: z.string(), term: z.string(), weight: z.number().positive() }))
    .optional(),
  /** Words of the cited pages' main texts; null when none is known. */
  median_words: z.number().nullable().optional(),
});

export const pageScoreSchema = z.strictObject({
  model_version: z.literal(MODEL_VERSION),
  depth: z.enum(['score', 'full']),
  outcome: z.enum(['captured', 'blocked', 'failed']),
  /** Code and sentence of the catalogue when no page was captured. */
  issue: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
  overall_score: score.nullable(),
  overall_band: band.nullable(),
  capped_by: z.array(z.enum(GATE_IDS)),
  stuffing: z
    .strictObject({ term: z.string(), share, penalty: z.number() })
    .nullable()
    .describe('a term above 4 % of all words costs 5 points'),
  gates: z.array(gateSchema),
  factors: z.array(factorSchema),
  weights: z.record(z.string(), z.number()),
  queries: z.array(queryFitSchema),
  freshness: freshnessSchema.nullable(),
  sufficiency: sufficiencySchema.nullable(),
  recommendations: z.array(recommendationSchema),
  trend_coverage: z.array(trendCoverageSchema).nullable(),
  trend_source: z.enum(['captures', 'provided', 'page']).nullable(),
  coverage_gap: coverageGapSchema.nullable(),
  coverage_of_model: z.strictObject({
    measured_weight: z.number(),
    total_weight: z.number(),
    unmeasured: z.array(z.strictObject({ factor: z.string(), reason: z.string() })),
  }),
  evidence_note: z.string(),
  extraction_mode: z.enum(['ssr', 'rendered']),
  extraction_confidence: z.enum(['high', 'medium', 'low']).nullable(),
  warnings: z.array(z.string()),
  page: z.strictObject({
    asked_url: z.string().nullable(),
    final_url: z.string().nullable(),
    title: z.string().nullable(),
    language: z.string().nullable(),
    words: z.number().int().nonnegative(),
    kind: z.enum(PAGE_KINDS).nullable(),
    llms_txt: z.boolean().nullable().describe('reported, weight 0: no study found an effect'),
    text_simhash: z.string().nullable(),
    captured_at: z.string(),
  }),
});

export type FactorId = (typeof FACTOR_IDS)[number];
export type PageKind = (typeof PAGE_KINDS)[number];
export type Agent = z.infer<typeof agentSchema>;
export type Gate = z.infer<typeof gateSchema>;
export type Factor = z.infer<typeof factorSchema>;
export type PageDate = z.infer<typeof pageDateSchema>;
export type Freshness = z.infer<typeof freshnessSchema>;
export type Sufficiency = z.infer<typeof sufficiencySchema>;
export type Recommendation = z.infer<typeof recommendationSchema>;
export type TrendCoverage = z.infer<typeof trendCoverageSchema>;
export type QueryFit = z.infer<typeof queryFitSchema>;
export type CoverageGap = z.infer<typeof coverageGapSchema>;
export type PageScore = z.infer<typeof pageScoreSchema>;

/** A topic the caller says matters (the vendor's `trends`). */
export interface Trend {
  topic: string;
  description?: string | undefined;
}

/** What is known of a page from its capture before. */
export interface EarlierPage {
  captured_at: string;
  text_simhash: string;
  /** Its last trusted change as known then; null or absent: none was known. */
  last_change?: string | null | undefined;
}

export interface ScoreOptions {
  depth: 'score' | 'full';
  /** Epoch milliseconds; ages are counted from it. */
  now: number;
  queries?: readonly string[] | undefined;
  /** Replaces single weights of the model. */
  weights?: Partial<Record<FactorId, number>> | undefined;
  trends?: readonly Trend[] | undefined;
  /** What captures of real answers showed (`coverageGap`); absent: F3's weight moves to F1. */
  captures?: CoverageGap | undefined;
  /** BCP 47 or ISO 639-1 tag the caller says the page is in. */
  language?: string | undefined;
  /** The page as an earlier capture saw it. */
  earlier?: EarlierPage | undefined;
}
