import type { CaptureRecord } from '../../src/contract/capture-record.ts';
import type { Reading } from '../../src/contract/extraction.ts';
import type { Outcome } from '../../src/contract/outcome.ts';
import type { Wall } from '../../src/contract/surface.ts';
import { withoutMarks } from '../../src/extract/marks.ts';
import type { Entry } from './entry.ts';
import type { PageView } from './page.ts';
import { demandsSignIn, type TranscriptView } from './transcript.ts';
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

/**
 * Judges a record. What the drive saw live wins; then what the surface says of itself on the wire (a login wall comes
 * as a completed answer); then what was read; then the page's walls. Pure.
 */
export function judge(findings: Findings): Verdict {
  const { signals, wall, page, transcript } = findings;
  if (signals.wall !== null) return { outcome: signals.wall.outcome, marks: [signals.wall.mark] };
  const refusedTurn =
    turnWall(transcript) ?? failedTurn(textOf(transcript.reading) || textOf(page?.reading ?? null));
  const answered = refusedTurn === undefined && hasAnswer(page, transcript);
  const { failure } = signals;
  if (failure !== null && !(failure.outcome === 'timeout' && answered))
    return { outcome: failure.outcome, marks: [] };
  if (refusedTurn !== undefined) return refusedTurn;
  if (transcript.entry?.head.status === 'FAILED') return failedEntry(transcript.entry, answered);
  if (wall !== undefined) return { outcome: wall.outcome, marks: [wall.name] };
  if (answered) return answeredAs(findings);
  return unanswered(findings);
}

const textOf = (reading: Reading | null): string => withoutMarks(reading?.markdown ?? '').trim();

function hasAnswer(page: PageView | null, transcript: TranscriptView): boolean {
  return textOf(page?.reading ?? null) !== '' || textOf(transcript.reading) !== '';
}

/**
 * The wall that comes as a completed answer: `fraud_authwall_upsell` and its like of type LOGIN. A sign-in offer beside
 * sources, or beside an answer of some length, is a nudge and no wall (2026-09).
 */
function turnWall({ entry, reading }: TranscriptView): Verdict | undefined {
  const upsell = entry?.head.upsell_information ?? null;
  if (upsell === null || reading === null) return undefined;
  const served = reading.sources.length > 0 || textOf(reading).length >= FAILED_TURN_MAX_CHARS;
  if (served || !demandsSignIn(upsell)) return undefined;
  return { outcome: 'login_wall', marks: [upsell.name ?? 'login_upsell'] };
}

function failedTurn(answer: string): Verdict | undefined {
  if (answer === '' || answer.length >= FAILED_TURN_MAX_CHARS) return undefined;
  const found = FAILED_TURN.find(({ text }) => text.test(answer));
  return found && { outcome: found.outcome, marks: [found.name] };
}

const LIMIT = /rate_?limit|quota|too_many|limit_(?:reached|exceeded)|usage_limit/i;

/** A turn that failed on the way is cut where it already said something. */
function failedEntry({ head }: Entry, answered: boolean): Verdict {
  const code = head.error_code ?? '';
  if (answered) return { outcome: 'answered_partially', marks: ['status_failed'] };
  if (LIMIT.test(code) || LIMIT.test(head.error_message ?? ''))
    return { outcome: 'throttled', marks: [code === '' ? 'limit_message' : code] };
  return { outcome: 'surface_error', marks: [code === '' ? 'status_failed' : code] };
}

function answeredAs({ signals, page, transcript }: Findings): Verdict {
  const wireComplete = transcript.reading?.complete === true;
  const outOfTime = (signals.ending === 'deadline' || signals.failure !== null) && !wireComplete;
  const pageComplete = page?.reading?.complete === true && textOf(page.reading) !== '';
  if (outOfTime || !(wireComplete || pageComplete)) return { outcome: 'answered_partially', marks: ['cut'] };
  const seen = wireComplete ? 'status_completed' : 'answer_actions';
  return { outcome: 'answered', marks: signals.endMarks.length > 0 ? signals.endMarks : [seen] };
}

function unanswered({ signals, page, transcript }: Findings): Verdict {
  if (transcript.refusal !== null) return ofStatus(transcript.refusal.status, transcript.refusal.body);
  if ((signals.httpStatus ?? 200) >= 400) return ofStatus(signals.httpStatus ?? 0, '');
  const finished = transcript.entry?.ended === true;
  const unread =
    (page !== null && page.shown.trim() !== '') || transcript.warnings.includes('transcript_unrecognised');
  if (unread || finished) return { outcome: 'extraction_empty', marks: ['visible_unread'] };
  return { outcome: 'timeout', marks: ['no_answer'] };
}

function ofStatus(status: number, body: string): Verdict {
  const marks = [`http_${status}`];
  if (status === 429 || LIMIT.test(body)) return { outcome: 'throttled', marks };
  if (status === 403) return { outcome: 'challenge', marks };
  return { outcome: status === 401 ? 'login_wall' : 'surface_error', marks };
}
