import type { StoredKind } from '../artifacts/capture-artifacts.ts';
import type { SelectorSignal } from '../contract/capture-record.ts';
import type { ClaimedChild } from '../jobs/claim.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { AttemptEnd } from './capture-child.ts';

/** What an attempt looked for on the page, and what it stored. */
export interface AttemptTally {
  selectors: readonly SelectorSignal[];
  stored: { kind: StoredKind; bytes: number }[];
}

/**
 * Counts an attempt that ended; `ms` from claim to end. All labels are closed sets of ours: selectors go by the names
 * their surface gives them, never by what stands on a page.
 */
export function countAttempt(metrics: Metrics, { surface }: ClaimedChild, end: AttemptEnd, ms: number): void {
  const { outcome, story, tally } = end;
  metrics.captures.inc({ surface, outcome });
  metrics.captureSeconds.observe({ surface, outcome }, ms / 1000);
  for (const signal of tally.selectors) {
    const { name: selector } = signal;
    metrics.selectorLooks.inc({ surface, selector, result: lookResult(signal) });
    if (signal.hit === null) metrics.selectorMisses.inc({ surface, selector });
  }
  for (const [field, health] of Object.entries(story.health))
    metrics.extractionHealth.inc({ surface, field, health });
  for (const { kind, bytes } of tally.stored) metrics.artifactBytes.inc({ surface, kind }, bytes);
}

/** `fallback`: the first choice was not there, another one was; a page that changes shows it first. */
function lookResult({ hit, fallback }: SelectorSignal): 'hit' | 'fallback' | 'miss' {
  if (hit === null) return 'miss';
  return fallback ? 'fallback' : 'hit';
}
