import type { Signals } from '../contract/capture-record.ts';
import type { DriveJournal } from './drive-journal.ts';
import type { PageGuard } from './page-guard.ts';
import type { DomSnapshot } from './page-snapshot.ts';
import type { outcomeOfError } from './playwright-errors.ts';

/** How a drive ended early; null when it went to its end. */
export type DriveEnd = ReturnType<typeof outcomeOfError> | null;

/** Outcomes that come from a wall rather than from the drive failing. */
const WALL_OUTCOMES: ReadonlySet<string> = new Set(['challenge', 'login_wall', 'throttled', 'declined']);

/** What journal, guard and end of a drive say in the record. Pure. */
export function signalsOf(
  journal: DriveJournal,
  guard: PageGuard,
  ended: DriveEnd,
  dom: DomSnapshot | null,
  clean: (text: string) => string,
): Omit<Signals, 'region' | 'removed'> {
  const isWall = ended !== null && (WALL_OUTCOMES.has(ended.outcome) || ended.mark !== undefined);
  return {
    ending: ended?.outcome === 'timeout' ? 'deadline' : journal.ending,
    endMarks: journal.endMarks,
    selectors: [...journal.selectors.values()],
    interstitials: journal.interstitials,
    wall: ended && isWall ? { outcome: ended.outcome, mark: ended.mark ?? ended.outcome } : null,
    failure: ended && !isWall ? { outcome: ended.outcome, message: clean(ended.message) } : null,
    httpStatus: guard.main.status,
    responseHeaders: guard.main.headers,
    loginState: loginStateOf(journal.facts.loginState),
    facts: journal.facts,
    dialogs: guard.counts.dialogs,
    popups: guard.counts.popups,
    downloads: guard.counts.downloads,
    htmlClipped: dom?.clipped ?? false,
  };
}

function loginStateOf(fact: string | undefined): Signals['loginState'] {
  return fact === 'anonymous' || fact === 'signed_in' ? fact : 'unknown';
}
