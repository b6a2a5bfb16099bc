import { type RuleName, ruleNames, type Violation } from './oracle.ts';
import type { Snapshot } from './oracle-facts.ts';

/** What a run comes to, for people. */
export interface Tally {
  searches: number;
  children: number;
  outcomes: Record<string, number>;
  charged: number;
  events: number;
  /** Deliveries, and how many of them repeated an event that had arrived. */
  deliveries: number;
  redelivered: number;
  proofsChecked: number;
  violations: Record<RuleName, number>;
}

/** Counts. Pure. */
export function tallyOf(snapshot: Snapshot, violations: readonly Violation[]): Tally {
  const outcomes: Record<string, number> = {};
  for (const { outcome, status } of snapshot.children) {
    const end = outcome ?? status;
    outcomes[end] = (outcomes[end] ?? 0) + 1;
  }
  const distinct = new Set(snapshot.receipts.map(({ eventId }) => eventId)).size;
  const count = (rule: RuleName) => violations.filter((violation) => violation.rule === rule).length;
  return {
    searches: new Set(snapshot.accepted.map(({ jobId }) => jobId)).size,
    children: snapshot.children.length,
    outcomes,
    charged: snapshot.postings.filter(({ kind }) => kind === 'settle').length,
    events: snapshot.events.length,
    deliveries: snapshot.receipts.length,
    redelivered: snapshot.receipts.length - distinct,
    proofsChecked: snapshot.proofs.length,
    violations: Object.fromEntries(ruleNames().map((rule) => [rule, count(rule)])) as Record<
      RuleName,
      number
    >,
  };
}
