import type { SelectorSignal } from '../contract/capture-record.ts';
import type { AnswerWatch, Selector } from '../contract/surface.ts';

/** What the tools learn on the way; goes into the record's signals. */
export interface DriveJournal {
  ending: 'settled' | 'deadline' | 'not_awaited';
  endMarks: string[];
  selectors: Map<string, SelectorSignal>;
  interstitials: { name: string; dismissed: boolean }[];
  facts: Record<string, string>;
}

export function emptyJournal(): DriveJournal {
  return { ending: 'not_awaited', endMarks: [], selectors: new Map(), interstitials: [], facts: {} };
}

/** Notes which alternative of a selector was found; null: none. */
export function recordHit({ selectors }: DriveJournal, { name, any }: Selector, hit: string | null): void {
  selectors.set(name, { name, hit, fallback: hit !== null && hit !== any[0] });
}

/** Notes what the last look at an answer found of its selectors. */
export function recordWatch(
  journal: DriveJournal,
  watch: AnswerWatch,
  hits: Readonly<Record<string, string | null>>,
): void {
  for (const selector of [watch.answer, ...watch.done])
    recordHit(journal, selector, hits[selector.name] ?? null);
}
