import { z } from 'zod';

/** Every capture ends as exactly one of these (DESIGN.md, *Outcome*). */
export const OUTCOMES = [
  'answered',
  'answered_partially',
  'absent',
  'declined',
  'challenge',
  'login_wall',
  'throttled',
  'surface_error',
  'timeout',
  'navigation_failed',
  'browser_crashed',
  'extraction_empty',
] as const;

export type Outcome = (typeof OUTCOMES)[number];

export const outcomeSchema = z.enum(OUTCOMES);

/** Warning of a capture whose page or egress proves another country than the one asked for. */
export const REGION_NOT_HONOURED = 'region_not_honoured';

/** What follows from an outcome, for the child's row, the Envelope, the queue and the lane. */
export interface OutcomeRule {
  childStatus: 'completed' | 'failed';
  /** Code put into `job.warnings`, or null. */
  warning: string | null;
  /** `provenance.surfacePresent`: true, false, or null where the capture cannot know. */
  surfacePresent: boolean | null;
  /** `retry`: same child again with backoff, at most three attempts. `lane`: the lane must cool down, no retry. */
  retry: 'never' | 'retry' | 'lane';
  /** True when a settled child costs credits. */
  charged: boolean;
  /** Sentence for `job.failure.message`; empty for completed children. */
  message: string;
}

export const OUTCOME_RULES: Readonly<Record<Outcome, OutcomeRule>> = {
  answered: rule('completed', null, true, 'never', true, ''),
  answered_partially: rule('completed', 'answer_truncated', true, 'never', true, ''),
  absent: rule('completed', 'surface_absent', false, 'never', false, ''),
  declined: rule('completed', 'surface_declined', false, 'never', false, ''),
  challenge: rule(
    'failed',
    null,
    null,
    'lane',
    false,
    'the surface asked for a human check; it was not attempted',
  ),
  login_wall: rule('failed', null, null, 'never', false, 'the surface demands a sign-in to answer'),
  throttled: rule('failed', null, null, 'lane', false, 'the surface said it is being asked too often'),
  surface_error: rule('failed', null, null, 'retry', false, 'the surface reported an error of its own'),
  timeout: rule('failed', null, null, 'retry', false, 'the capture ran into its deadline before an answer'),
  navigation_failed: rule('failed', null, null, 'retry', false, 'the page could not be loaded'),
  browser_crashed: rule(
    'failed',
    null,
    null,
    'retry',
    false,
    'the browser or its worker was lost during the capture',
  ),
  extraction_empty: rule(
    'failed',
    null,
    true,
    'never',
    false,
    'an answer is visible but nothing could be read from it',
  ),
};

function rule(
  childStatus: OutcomeRule['childStatus'],
  warning: string | null,
  surfacePresent: boolean | null,
  retry: OutcomeRule['retry'],
  charged: boolean,
  message: string,
): OutcomeRule {
  return { childStatus, warning, surfacePresent, retry, charged, message };
}

/** Attempts a child gets at most, the first included (DESIGN.md, *Outcome*). */
export const MAX_ATTEMPTS = 3;

/**
 * Whether the same child should run again: only for outcomes that may pass by themselves, while attempts are
 * left and the job's deadline leaves time for another (`remainingMs` after the backoff).
 */
export function shouldRetry(outcome: Outcome, attempt: number, remainingMs: number): boolean {
  return OUTCOME_RULES[outcome].retry === 'retry' && attempt < MAX_ATTEMPTS && remainingMs > 0;
}
