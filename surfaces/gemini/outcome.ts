import type { CaptureRecord } from '../../src/contract/capture-record.ts';
import type { Reading } from '../../src/contract/extraction.ts';
import type { Outcome } from '../../src/contract/outcome.ts';
import type { Wall } from '../../src/contract/surface.ts';
import type { PageView } from './page.ts';
import type { TranscriptView } from './transcript.ts';
import { FAILED_TURN, FAILED_TURN_MAX_CHARS, KNOWN_CODES, outcomeOfCode } from './walls.ts';

/** The outcome of a capture and what proved it. */
export interface Verdict {
  outcome: Outcome;
  marks: string[];
}

export interface Findings {
  signals: CaptureRecord['signals'];
  wall: Wall | undefined;
  /** True when the page is Google's consent page. */
  consent: boolean;
  page: PageView | null;
  transcript: TranscriptView;
}

/** Judges a record: what the drive saw live wins, then what the page says, then what was read. Pure. */
export function judge({ signals, wall, consent, page, transcript }: Findings): Verdict {
  if (signals.wall !== null) return { outcome: signals.wall.outcome, marks: [signals.wall.mark] };
  const failed = failedTurn(page?.shown ?? '');
  const fromPage = failed === undefined ? page?.reading : null;
  const readings = [fromPage, transcript.reading].filter((reading) => reading?.markdown.trim());
  const { failure } = signals;
  if (failure !== null && !(failure.outcome === 'timeout' && readings.length > 0))
    return { outcome: failure.outcome, marks: [] };
  if (wall !== undefined) return { outcome: wall.outcome, marks: [wall.name] };
  if (readings.length === 0) return unanswered(signals, consent, failed, page, transcript);
  return answeredAs(
    readings.flatMap((reading) => reading ?? []),
    signals,
    page,
    transcript,
  );
}

function answeredAs(
  readings: readonly Reading[],
  signals: Findings['signals'],
  page: PageView | null,
  transcript: TranscriptView,
): Verdict {
  const seen = signals.endMarks.length > 0 ? signals.endMarks : (page?.doneMarks ?? []);
  const wireEnded = transcript.reading?.complete === true;
  const outOfTime = (signals.ending === 'deadline' || signals.failure !== null) && !wireEnded;
  if (outOfTime || !readings.some(({ complete }) => complete))
    return { outcome: 'answered_partially', marks: ['cut'] };
  const marks = [...new Set([...seen, ...(wireEnded ? ['transcript_ended'] : [])])];
  return { outcome: 'answered', marks: marks.length > 0 ? marks : ['complete'] };
}

/** A turn that says it failed: a code of Gemini's own in brackets, in any language, or known words. */
function failedTurn(shown: string): Verdict | undefined {
  if (shown === '' || shown.length > FAILED_TURN_MAX_CHARS) return undefined;
  const code = Number(/[(（](1\d{3})[)）]\s*[.。]?\s*$/u.exec(shown)?.[1]);
  if (KNOWN_CODES.has(code)) return { outcome: outcomeOfCode(code), marks: [`code_${code}`] };
  const found = FAILED_TURN.find(({ text }) => text.test(shown));
  return found && { outcome: found.outcome, marks: [found.name] };
}

function unanswered(
  signals: Findings['signals'],
  consent: boolean,
  failed: Verdict | undefined,
  page: PageView | null,
  transcript: TranscriptView,
): Verdict {
  const { error } = transcript;
  if (error?.code) return { outcome: outcomeOfCode(error.code), marks: [`code_${error.code}`] };
  if (failed !== undefined) return failed;
  const status = Math.max(signals.httpStatus ?? 0, error?.status ?? 0);
  if (status >= 400)
    return { outcome: status === 429 ? 'throttled' : 'surface_error', marks: [`http_${status}`] };
  if (consent) return { outcome: 'surface_error', marks: ['consent_not_dismissed'] };
  if (page?.offersSignIn && !page.hasComposer) return { outcome: 'login_wall', marks: ['sign_in_only'] };
  const unread = (page !== null && page.shown !== '') || transcript.unrecognised;
  return unread
    ? { outcome: 'extraction_empty', marks: ['visible_unread'] }
    : { outcome: 'timeout', marks: ['no_answer'] };
}
