import type { CaptureRecord } from '../../src/contract/capture-record.ts';
import type { Reading } from '../../src/contract/extraction.ts';
import type { Outcome } from '../../src/contract/outcome.ts';
import type { Wall } from '../../src/contract/surface.ts';
import { withoutMarks } from '../../src/extract/marks.ts';
import type { PageView } from './page.ts';
import type { TranscriptError, TranscriptView } from './transcript.ts';
import { FAILED_TURN, FAILED_TURN_MAX_CHARS } from './walls.ts';

/** The outcome of a capture and what proved it. */
export interface Verdict {
  outcome: Outcome;
  marks: string[];
}

export interface Findings {
  signals: CaptureRecord['signals'];
  wall: Wall | undefined;
  page: PageView | null;
  transcript: TranscriptView;
}

/** Judges a record: what the drive saw live wins, then what the page says, then what was read. Pure. */
export function judge({ signals, wall, page, transcript }: Findings): Verdict {
  if (signals.wall !== null) return { outcome: signals.wall.outcome, marks: [signals.wall.mark] };
  const readings = [page?.reading ?? null, transcript.reading].filter(
    (reading) => reading !== null && hasText(reading),
  );
  const answered = readings.length > 0 && failedTurn(page) === undefined;
  const { failure } = signals;
  if (failure !== null && !(failure.outcome === 'timeout' && answered))
    return { outcome: failure.outcome, marks: [] };
  if (wall !== undefined) return { outcome: wall.outcome, marks: [wall.name] };
  const failed = failedTurn(page);
  if (failed !== undefined && (transcript.reading === null || !hasText(transcript.reading))) return failed;
  if (answered || readings.length > 0)
    return answeredAs(
      readings.flatMap((reading) => reading ?? []),
      signals,
      transcript,
    );
  return unanswered(signals, page, transcript);
}

/**
 * The page's reading, completed with what the network knows: a page at rest may show an answer whose stream broke. It
 * counts as whole against a broken stream only when it says so itself (anonymous app) or shows clearly more.
 */
export function pageReading(page: PageView | null, transcript: TranscriptView): Reading | null {
  const reading = page?.reading ?? null;
  const wire = transcript.reading;
  if (page === null || reading === null || wire === null || wire.complete || !hasText(wire)) return reading;
  const showsMore = withoutMarks(reading.markdown).length > 1.3 * withoutMarks(wire.markdown).length;
  return showsMore || page.saysFinished ? reading : { ...reading, complete: false };
}

const hasText = (reading: Reading): boolean => reading.markdown.trim() !== '';

function answeredAs(
  readings: readonly Reading[],
  signals: Findings['signals'],
  transcript: TranscriptView,
): Verdict {
  const marks =
    signals.endMarks.length > 0
      ? signals.endMarks
      : readings.some(({ complete }) => complete)
        ? ['complete']
        : [];
  const transcriptComplete = transcript.reading?.complete === true;
  const outOfTime = (signals.ending === 'deadline' || signals.failure !== null) && !transcriptComplete;
  const isWhole = readings.some(({ complete }) => complete) && !outOfTime;
  return isWhole ? { outcome: 'answered', marks } : { outcome: 'answered_partially', marks: ['cut'] };
}

function failedTurn(page: PageView | null): Verdict | undefined {
  const shown = page?.reading?.markdown.trim() || (page?.shown ?? '');
  if (shown === '' || shown.length >= FAILED_TURN_MAX_CHARS) return undefined;
  const found = FAILED_TURN.find(({ text }) => text.test(shown));
  return found && { outcome: found.outcome, marks: [found.name] };
}

const THROTTLE_CODES = /rate_?limit|conversation_limit|too_many|limit_reached|usage_cap/i;
const CHALLENGE_TEXT = /unusual activity|verification|challenge/i;

function ofError({ status, code, message }: TranscriptError): Verdict {
  const marks = [code !== '' ? code : `http_${status ?? 'error'}`];
  if (status === 429 || THROTTLE_CODES.test(code) || /too many requests|too quickly/i.test(message)) {
    return { outcome: 'throttled', marks };
  }
  if (status === 403 || CHALLENGE_TEXT.test(message)) return { outcome: 'challenge', marks };
  return { outcome: status === 401 ? 'login_wall' : 'surface_error', marks };
}

function unanswered(
  signals: Findings['signals'],
  page: PageView | null,
  transcript: TranscriptView,
): Verdict {
  if (transcript.error !== null) return ofError(transcript.error);
  if (page?.loginModal) return { outcome: 'login_wall', marks: ['login_modal'] };
  const status = signals.httpStatus ?? 200;
  if (status >= 400) return ofError({ status, code: '', message: '' });
  const unread =
    (page !== null && page.shown !== '') || transcript.warnings.includes('transcript_unrecognised');
  return unread
    ? { outcome: 'extraction_empty', marks: ['visible_unread'] }
    : { outcome: 'timeout', marks: ['no_answer'] };
}
