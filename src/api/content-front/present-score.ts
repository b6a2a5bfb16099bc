import type { z } from 'zod';
import type { ContentTexts } from '../../analysis/content-texts.ts';
import type { PageScore } from '../../contract/page-score.ts';
import { presentAdvice } from './advice-wire.ts';
import type { contentResultSchema } from './content-wire.ts';
import { presentSummary } from './summary-wire.ts';

export type ContentResult = z.infer<typeof contentResultSchema>;

/** Ends of a page capture that are the site's own fault. */
const SITE_ERRORS = [
  'unresolved',
  'connection_failed',
  'tls_failed',
  'not_found',
  'server_error',
  'http_error',
];

/**
 * A page score as this API writes it: flat and nested from the same values, and the model behind them; its summary by a
 * language model where one wrote it, its advice beside that of the templates.
 */
export function presentScore(score: PageScore, texts?: ContentTexts): ContentResult {
  const { overall_score, overall_band, freshness, sufficiency, recommendations } = score;
  return {
    ...{ overall_score, overall_band },
    page_type: score.page.kind,
    trend_source: score.trend_source,
    freshness_score: freshness?.score ?? null,
    freshness_band: freshness?.band ?? null,
    sufficiency_score: sufficiency?.score ?? null,
    sufficiency_band: sufficiency?.band ?? null,
    top_recommendations: recommendations.map(({ recommendation }) => recommendation),
    overall: {
      score: overall_score,
      band: overall_band,
      ...presentSummary(summaryOf(score), texts?.summary),
    },
    content_depth: {
      ...{ score: sufficiency?.score ?? null, band: sufficiency?.band ?? null },
      ...noted(sufficiency?.notes ?? []),
    },
    content_freshness: {
      ...{ score: freshness?.score ?? null, band: freshness?.band ?? null },
      ...noted(freshness?.notes ?? []),
    },
    ...presentAdvice(score, texts?.advice),
    ...troubleOf(score),
    model: modelOf(score),
    evidence_note: score.evidence_note,
  };
}

function noted(notes: string[]): { notes: string[]; summary: string } {
  return { notes, summary: notes.join(' ') };
}

/** The template: one sentence of what was measured. */
function summaryOf({ overall_score, overall_band, gates, coverage_of_model, issue }: PageScore): string {
  if (overall_score === null) return issue?.message ?? 'No score.';
  const failed = gates.filter(({ status }) => status === 'fail');
  const gate =
    failed.length === 0
      ? 'no gate fails'
      : `${failed.length} of ${gates.length} gates fail (${failed.map(({ name }) => name).join(', ')})`;
  const { measured_weight, total_weight } = coverage_of_model;
  return `${overall_score} of 100 (${overall_band}): ${gate}; ${measured_weight} of ${total_weight} points of weight could be measured.`;
}

function troubleOf({
  outcome,
  issue,
}: PageScore): Pick<
  ContentResult,
  | 'blocked'
  | 'blocked_message'
  | 'site_error'
  | 'site_error_message'
  | 'content_score_issue'
  | 'issue_message'
> {
  const blocked = outcome === 'blocked';
  const siteError = issue !== null && SITE_ERRORS.includes(issue.code);
  const message = issue?.message ?? null;
  return {
    blocked,
    blocked_message: blocked ? message : null,
    site_error: siteError,
    site_error_message: siteError ? message : null,
    content_score_issue: issue?.code ?? null,
    issue_message: message,
  };
}

function modelOf(score: PageScore): ContentResult['model'] {
  const { model_version, gates, factors, weights, capped_by, stuffing, queries } = score;
  const { coverage_gap, coverage_of_model, extraction_mode, warnings, freshness, page } = score;
  return {
    ...{ model_version, gates, factors, weights, capped_by, stuffing, queries },
    ...{ coverage_gap, coverage_of_model, extraction_mode, warnings, freshness, page },
  };
}
