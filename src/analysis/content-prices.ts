import type { KeyMode } from '../jobs/account.ts';
import { hasEnded, type RunStatus } from './content-run-state.ts';

/** Stands in the ledger beside every reservation (reference/content-intelligence-api.md, *Analysis Depth*). */
export const CONTENT_PRICE_VERSION = 'content/2026-06-10';

export const DEPTHS = ['score', 'full'] as const;

export type Depth = (typeof DEPTHS)[number];

/** What is paid for by itself: the score of the page, and what `full` adds to it. */
export interface PricedPart {
  id: string;
  part: 'score' | 'full';
  credits: number;
}

const PARTS: Readonly<Record<Depth, readonly { part: PricedPart['part']; credits: number }[]>> = {
  score: [{ part: 'score', credits: 3 }],
  full: [
    { part: 'score', credits: 3 },
    { part: 'full', credits: 3 },
  ],
};

/** Parts of a run and what each costs; nothing with a test key. */
export function partsOfRun(run: { id: string; depth: Depth; mode: KeyMode }): PricedPart[] {
  return PARTS[run.depth].map(({ part, credits }) => ({
    id: `content:${run.id}:${part}`,
    part,
    credits: run.mode === 'test' ? 0 : credits,
  }));
}

/** What the main text of a page costs. */
export const SERIALISE_PRICE = 1;

/** What an immediate score costs: 2 with topics of the caller's, 3 without. */
export function immediatePrice(asked: { mode: KeyMode; trends: boolean }): number {
  if (asked.mode === 'test') return 0;
  return asked.trends ? 2 : 3;
}

export interface RunCredits {
  settled: PricedPart[];
  released: PricedPart[];
}

/**
 * What of a run's parts is spent and what is given back when it ends in a status: a whole run costs all, one without its
 * rendered page costs the score alone, one without a score nothing. A run that has not ended has neither.
 */
export function creditsAtEnd(parts: readonly PricedPart[], status: RunStatus): RunCredits {
  if (!hasEnded(status)) return { settled: [], released: [] };
  const isSettled = ({ part }: PricedPart): boolean =>
    status === 'completed' || (status === 'partially_completed' && part === 'score');
  return { settled: parts.filter(isSettled), released: parts.filter((part) => !isSettled(part)) };
}

/** Sum of what parts cost. */
export function sumOf(parts: readonly { credits: number }[]): number {
  return parts.reduce((sum, { credits }) => sum + credits, 0);
}
