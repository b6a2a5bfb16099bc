import { CaptureError, FleetError } from '../contract/errors.ts';
import type { Outcome } from '../contract/outcome.ts';
import { DeadlineError } from '../platform/deadline.ts';

/** Phase of a drive's way to its page. */
export const NAVIGATION = 'navigation';

/**
 * The one file that reads Playwright's messages: what an error thrown by a drive means as an outcome. Messages as of
 * Playwright 1.65 (2026-11).
 */
export function outcomeOfError(error: unknown): { outcome: Outcome; message: string; mark?: string } {
  if (error instanceof CaptureError) {
    return {
      outcome: error.outcome,
      message: error.message,
      ...(error.mark === undefined ? {} : { mark: error.mark }),
    };
  }
  const message = firstLine(error);
  // A busy machine may run into our own end of it before Playwright's, which is a second earlier, is heard.
  if (error instanceof DeadlineError && error.phase === NAVIGATION)
    return { outcome: 'navigation_failed', message };
  if (error instanceof FleetError && error.code === 'DEADLINE_EXCEEDED')
    return { outcome: 'timeout', message };
  if (
    /Target (?:page, context or browser|crashed|closed)|browser has been closed|Page crashed|Connection closed/i.test(
      message,
    )
  ) {
    return { outcome: 'browser_crashed', message };
  }
  if (
    /net::ERR_|NS_ERROR_|page\.goto: Timeout|Navigation failed|interrupted by another navigation/i.test(
      message,
    )
  ) {
    return { outcome: 'navigation_failed', message };
  }
  return { outcome: 'surface_error', message };
}

/** True when a look into the page failed only because the page was leading on to another one (Playwright 1.65). */
export function isMovedOn(error: unknown): boolean {
  return /Execution context was destroyed|Cannot find context with specified id/i.test(firstLine(error));
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  // Playwright colours its call logs; the log is for people at a terminal, not for an Envelope.
  return (text.split('\n')[0] ?? '').replace(/\u001b\[[0-9;]*m/g, '').slice(0, 500);
}
