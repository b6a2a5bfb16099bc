import type { Factor, FactorId } from '../contract/page-score.ts';

interface FactorRule {
  name: string;
  weight: number;
  evidence: Factor['evidence'];
}

/** The model `content-score/1`: weights are judgement, ordered by the evidence (specs/analysis.md B.1, B.3). */
export const FACTORS: Readonly<Record<FactorId, FactorRule>> = {
  F1: { name: 'query fit', weight: 22, evidence: 'strong' },
  F2: { name: 'readable without script', weight: 12, evidence: 'fact' },
  F3: { name: 'subtopic coverage', weight: 18, evidence: 'strong' },
  F4: { name: 'comparison and structured facts', weight: 10, evidence: 'medium' },
  F5: { name: 'statistics density', weight: 8, evidence: 'medium' },
  F6: { name: 'sources and quotations', weight: 7, evidence: 'medium' },
  F7: { name: 'answer first', weight: 5, evidence: 'low' },
  F8: { name: 'freshness', weight: 8, evidence: 'medium' },
  F9: { name: 'clarity', weight: 4, evidence: 'low' },
  F10: { name: 'identity', weight: 3, evidence: 'low' },
  F11: { name: 'hygiene', weight: 3, evidence: 'none' },
};

/** How much a factor's evidence counts when recommendations are ordered. */
export const EVIDENCE_WORTH: Readonly<Record<Factor['evidence'], number>> = {
  strong: 1,
  fact: 1,
  medium: 0.6,
  low: 0.3,
  none: 0.1,
};

/** What a factor found on a page, before weights. */
export interface Finding {
  id: FactorId;
  value: number | null;
  measured: Factor['measured'];
  why: string;
}

/** A value of 0–1, four decimals, so that equal pages give equal bytes. */
export function share(value: number): number {
  return Math.round(Math.min(1, Math.max(0, value)) * 10_000) / 10_000;
}

export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
