import { PAGE_ENDS } from '../contract/page-outcome.ts';
import type { PageRecord } from '../contract/page-record.ts';
import {
  bandOf,
  EVIDENCE_NOTE,
  FACTOR_IDS,
  type Factor,
  type FactorId,
  type Freshness,
  GATE_CAP,
  type Gate,
  MODEL_VERSION,
  type PageScore,
  type QueryFit,
  type ScoreOptions,
} from '../contract/page-score.ts';
import { clarity } from './clarity.ts';
import { FACTORS, type Finding } from './factor.ts';
import { sourcesAndQuotes, statisticsDensity } from './facts.ts';
import { freshnessOf } from './freshness.ts';
import { gatesOf } from './gates.ts';
import { hygiene, identity } from './identity.ts';
import { type PageModel, readPage } from './page-model.ts';
import { queryFitFactor, queryFits, subtopicFactor } from './query-fit.ts';
import { recommend } from './recommend.ts';
import { simhash } from './simhash.ts';
import { answerFirst, structuredFacts, withoutScript } from './structure.ts';
import { stuffingOf } from './stuffing.ts';
import { sufficiencyOf } from './sufficiency.ts';
import { trendCoverage } from './trends.ts';
import { unscored } from './unscored.ts';

/**
 * The score of a captured page by the model `content-score/1`: pure, the same record and options give the same bytes.
 * A record without a page gives no score but the reason; what could not be measured is null and listed.
 */
export function scorePage(record: PageRecord, options: ScoreOptions): PageScore {
  if (record.outcome.kind !== 'captured') return unscored(record, options, record.outcome);
  const page = readPage(record, options.language);
  if (page === null || page.main.words === 0)
    return unscored(record, options, {
      kind: 'failed',
      code: 'empty_page',
      message: PAGE_ENDS.empty_page.message,
    });
  return scored(page, options);
}

function scored(page: PageModel, options: ScoreOptions): PageScore {
  const gates = gatesOf(page);
  const textHash = simhash(page.terms.terms(page.main.text));
  const freshness = freshnessOf(page, textHash, options);
  const queries = queryFits(page, options.queries ?? [], options.captures);
  const factors = weighed(findings(page, queries, freshness, options), options);
  const stuffing = stuffingOf(page);
  const overall = overallOf(factors, gates, stuffing?.penalty ?? 0);
  return {
    model_version: MODEL_VERSION,
    depth: options.depth,
    outcome: 'captured',
    issue: null,
    ...overall,
    stuffing,
    gates,
    factors,
    weights: Object.fromEntries(factors.map(({ id, weight }) => [id, weight])),
    queries,
    freshness,
    sufficiency: sufficiencyOf(page, options.captures),
    recommendations: recommend({ page, gates, factors, queries, freshness, options }),
    ...trendCoverage(page, options),
    coverage_gap: options.captures ?? null,
    coverage_of_model: coverageOf(factors),
    evidence_note: EVIDENCE_NOTE,
    extraction_mode: page.record.mode,
    extraction_confidence: page.main.confidence,
    warnings: page.warnings,
    page: pageOf(page, freshness, textHash),
  };
}

function pageOf(page: PageModel, freshness: Freshness, textHash: string | null): PageScore['page'] {
  const { record } = page;
  return {
    asked_url: record.asked_url,
    final_url: record.final_url,
    title: page.head.title?.slice(0, 500) ?? null,
    language: page.language.language,
    words: page.main.words,
    kind: freshness.kind,
    llms_txt: record.llms_txt === null ? null : record.llms_txt.text !== null,
    text_simhash: textHash,
    captured_at: record.captured_at,
  };
}

function findings(
  page: PageModel,
  queries: readonly QueryFit[],
  freshness: Freshness,
  options: ScoreOptions,
): Finding[] {
  return [
    queryFitFactor(queries),
    withoutScript(page),
    subtopicFactor(options.captures),
    structuredFacts(page),
    statisticsDensity(page),
    sourcesAndQuotes(page),
    answerFirst(page),
    freshnessFactor(freshness),
    clarity(page),
    identity(page),
    hygiene(page, freshness.conflicts.length),
  ];
}

/** F8. */
function freshnessFactor(freshness: Freshness): Finding {
  const { score, age_days, half_life_days, kind } = freshness;
  return {
    id: 'F8',
    value: score === null ? null : score / 100,
    measured: { age_days, half_life_days },
    why:
      score === null
        ? 'The page carries no date.'
        : `Last trusted change ${age_days} days ago; the worth of a ${kind} page is taken to halve in ${half_life_days} days.`,
  };
}

/** Findings with the weights of the model or the caller's; F3's weight moves to F1 when no captures exist. */
function weighed(found: readonly Finding[], options: ScoreOptions): Factor[] {
  const weights = weightsOf(options);
  const subtopics = found.find(({ id }) => id === 'F3')?.value ?? null;
  if (subtopics === null) {
    weights.F1 += weights.F3;
    weights.F3 = 0;
  }
  return found.map(({ id, value, measured, why }) => {
    const { name, evidence } = FACTORS[id];
    return { id, name, value, weight: weights[id], evidence, measured, why };
  });
}

function weightsOf(options: ScoreOptions): Record<FactorId, number> {
  const entries = FACTOR_IDS.map((id) => {
    const given = options.weights?.[id];
    return [
      id,
      given !== undefined && Number.isFinite(given) && given >= 0 ? given : FACTORS[id].weight,
    ] as const;
  });
  return Object.fromEntries(entries) as Record<FactorId, number>;
}

function overallOf(
  factors: readonly Factor[],
  gates: readonly Gate[],
  penalty: number,
): Pick<PageScore, 'overall_score' | 'overall_band' | 'capped_by'> {
  let sum = 0;
  let weight = 0;
  for (const factor of factors) {
    if (factor.value === null) continue;
    sum += factor.weight * factor.value;
    weight += factor.weight;
  }
  const failed = gates.filter(({ status }) => status === 'fail').map(({ id }) => id);
  if (weight === 0) return { overall_score: null, overall_band: null, capped_by: failed };
  const open = Math.max(0, (100 * sum) / weight - penalty);
  const overall = Math.round(failed.length > 0 ? Math.min(GATE_CAP, open) : open);
  return { overall_score: overall, overall_band: bandOf(overall), capped_by: failed };
}

function coverageOf(factors: readonly Factor[]): PageScore['coverage_of_model'] {
  const total = factors.reduce((sum, { weight }) => sum + weight, 0);
  const unmeasured = factors.filter(({ value }) => value === null);
  const missing = unmeasured.reduce((sum, { weight }) => sum + weight, 0);
  return {
    measured_weight: total - missing,
    total_weight: total,
    unmeasured: unmeasured.map(({ id, why }) => ({ factor: id, reason: why })),
  };
}
