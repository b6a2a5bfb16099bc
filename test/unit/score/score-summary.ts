import type { PageScore } from '../../../src/contract/page-score.ts';

/** What a golden file keeps of a score: every figure, and what is advised, without the wording. */
export function summaryOf(score: PageScore): Record<string, unknown> {
  return {
    overall: score.overall_score,
    band: score.overall_band,
    gates: Object.fromEntries(score.gates.map(({ id, status }) => [id, status])),
    factors: Object.fromEntries(score.factors.map(({ id, value, measured }) => [id, { value, ...measured }])),
    freshness: score.freshness?.score ?? null,
    last_change: score.freshness?.last_change ?? null,
    kind: score.page.kind,
    sufficiency: score.sufficiency?.score ?? null,
    language: score.page.language,
    words: score.page.words,
    confidence: score.extraction_confidence,
    advised: score.recommendations.map(({ factor, priority }) => `${factor} ${priority}`),
  };
}
