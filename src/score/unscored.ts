import type { PageOutcome } from '../contract/page-outcome.ts';
import type { PageRecord } from '../contract/page-record.ts';
import {
  EVIDENCE_NOTE,
  type Gate,
  MODEL_VERSION,
  type PageScore,
  type ScoreOptions,
} from '../contract/page-score.ts';
import { crawlersAt } from './crawlers.ts';

type NoPage = Exclude<PageOutcome, { kind: 'captured' }>;

/** The result for a page that could not be had: no number, the reason, and what robots.txt says if it is known. */
export function unscored(record: PageRecord, options: ScoreOptions, outcome: NoPage): PageScore {
  return {
    model_version: MODEL_VERSION,
    depth: options.depth,
    outcome: outcome.kind,
    issue: { code: outcome.code, message: outcome.message },
    overall_score: null,
    overall_band: null,
    capped_by: [],
    stuffing: null,
    gates: gates(record, outcome),
    factors: [],
    weights: {},
    queries: [],
    freshness: null,
    sufficiency: null,
    recommendations: [],
    trend_coverage: null,
    trend_source: null,
    coverage_gap: options.captures ?? null,
    coverage_of_model: { measured_weight: 0, total_weight: 0, unmeasured: [] },
    evidence_note: EVIDENCE_NOTE,
    extraction_mode: record.mode,
    extraction_confidence: null,
    warnings: [],
    page: {
      asked_url: record.asked_url,
      final_url: record.final_url,
      title: null,
      language: null,
      words: 0,
      kind: null,
      llms_txt: record.llms_txt === null ? null : record.llms_txt.text !== null,
      text_simhash: null,
      captured_at: record.captured_at,
    },
  };
}

function gates(record: PageRecord, outcome: NoPage): Gate[] {
  const unknown = 'No page was captured.';
  const url = record.final_url ?? record.asked_url;
  return [
    {
      id: 'G1',
      name: 'answers 200 with a page',
      // What kept only us out (robots.txt, a challenge) says nothing about the search crawlers.
      status: outcome.kind === 'blocked' ? 'unknown' : 'fail',
      why: outcome.message,
    },
    { id: 'G2', name: 'may be indexed', status: 'unknown', why: unknown },
    { id: 'G3', name: 'may be quoted', status: 'unknown', why: unknown },
    {
      id: 'G4',
      name: 'search crawlers may fetch it',
      status: 'unknown',
      why: unknown,
      agents: crawlersAt(url, record.robots),
    },
  ];
}
