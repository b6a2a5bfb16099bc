import type { CaptureRecord } from '../../src/contract/capture-record.ts';
import type { Reading } from '../../src/contract/extraction.ts';
import type { Outcome } from '../../src/contract/outcome.ts';
import type { Wall } from '../../src/contract/surface.ts';
import { withoutMarks } from '../../src/extract/marks.ts';
import type { PageView } from './page.ts';
import type { TranscriptView } from './transcript.ts';
import { FAILED_TURN, FAILED_TURN_MAX_CHARS } from './walls.ts';

/** The outcome of a capture and what proved it. */
export interface Verdict {
  outcome: Outcome;
  marks: string[];
}

export interface Findings {
  signals: CaptureRecord['signals'];
  /** A wall of the page. */
  wall: Wall | undefined;
  /** Looks for a wall that counts only when no answer came. */
  lateWall: () => Wall | undefined;
  page: PageView | null;
  transcript: TranscriptView;
}

const hasText = (reading: Reading | null): reading is Reading =>
  reading !== null && reading.markdown.trim() !== '';

/** Judges a record: what the drive saw live wins, then the page's walls, then what was read. Pure. */
export function judge(findings: Findings): Verdict {
  const { signals, wall, page, transcript } = findings;
  if (signals.wall !== null) return { outcome: signals.wall.outcome, marks: [signals.wall.mark] };
  const failed = failedTurn(page, transcript);
  const readings = [page?.reading ?? null, transcript.reading].filter(hasText);
  const answered = readings.length > 0 && failed === undefined;
  const { failure } = signals;
  if (failure !== null && !(failure.outcome === 'timeout' && answered))
    return { outcome: failure.outcome, marks: [] };
  const whole = hasText(transcript.reading) && transcript.reading.complete;
  if (wall !== undefined && !whole) return { outcome: wall.outcome, marks: [wall.name] };
  if (failed !== undefined) return failed;
  return answered ? answeredAs(readings, signals, transcript) : unanswered(findings);
}

/**
 * The page's reading, completed with what the network knows: a page at rest may show an answer whose socket broke. Beside
 * a broken socket it counts as whole only when it shows clearly more.
 */
export function pageReading(page: PageView, transcript: TranscriptView): Reading | null {
  const { reading } = page;
  const wire = transcript.reading;
  if (reading === null || !hasText(wire) || wire.complete || transcript.clipped) return reading;
  const showsMore = withoutMarks(reading.markdown).length > 1.3 * withoutMarks(wire.markdown).length;
  return showsMore ? reading : { ...reading, complete: false };
}

function answeredAs(
  readings: readonly Reading[],
  signals: Findings['signals'],
  transcript: TranscriptView,
): Verdict {
  const whole = readings.some(({ complete }) => complete);
  const outOfTime =
    (signals.ending === 'deadline' || signals.failure !== null) && transcript.reading?.complete !== true;
  if (!whole || outOfTime) return { outcome: 'answered_partially', marks: ['cut'] };
  return { outcome: 'answered', marks: signals.endMarks.length > 0 ? signals.endMarks : ['complete'] };
}

/** A short turn that says what went wrong instead of an answer. */
function failedTurn(page: PageView | null, transcript: TranscriptView): Verdict | undefined {
  const wire = transcript.reading?.markdown.trim() ?? '';
  const shown = wire !== '' ? wire : (page?.shown ?? '');
  if (shown === '' || shown.length >= FAILED_TURN_MAX_CHARS) return undefined;
  const found = FAILED_TURN.find(({ text }) => text.test(shown));
  return found && { outcome: found.outcome, marks: [found.name] };
}

/** What a refusal on the wire means, the first that fits. */
const REFUSALS: readonly { code: RegExp; outcome: Outcome }[] = [
  { code: /throttl|rate-?limit|too-?many|quota/i, outcome: 'throttled' },
  // Said to sessions from countries without the service (copilot.md a, 2026-06).
  { code: /^chat-service-unavailable$/, outcome: 'declined' },
  { code: /unauthori[sz]ed|sign-?in|auth/i, outcome: 'login_wall' },
  { code: /challenge|captcha|verification/i, outcome: 'challenge' },
];

function refused({ errors, pendingCheck }: TranscriptView): Verdict | undefined {
  for (const { code, outcome } of REFUSALS) {
    const error = errors.find((candidate) => code.test(candidate.code));
    if (error !== undefined) return { outcome, marks: [error.code] };
  }
  if (pendingCheck !== null) return { outcome: 'challenge', marks: [`check_${pendingCheck}`] };
  const [error] = errors;
  return error && { outcome: 'surface_error', marks: [error.code] };
}

function unanswered({ signals, page, transcript, lateWall }: Findings): Verdict {
  const refusal = refused(transcript);
  if (refusal !== undefined) return refusal;
  const wall = lateWall();
  if (wall !== undefined) return { outcome: wall.outcome, marks: [wall.name] };
  const status = signals.httpStatus ?? 200;
  if (status === 429) return { outcome: 'throttled', marks: ['http_429'] };
  if (status >= 400) return { outcome: 'surface_error', marks: [`http_${status}`] };
  const unread =
    (page !== null && (page.shown !== '' || page.hasSources)) ||
    (transcript.reading?.cards.length ?? 0) > 0 ||
    transcript.warnings.includes('transcript_unrecognised');
  return unread
    ? { outcome: 'extraction_empty', marks: ['visible_unread'] }
    : { outcome: 'timeout', marks: ['no_answer'] };
}
