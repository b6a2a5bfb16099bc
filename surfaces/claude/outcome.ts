import type { CaptureRecord } from '../../src/contract/capture-record.ts';
import type { Reading } from '../../src/contract/extraction.ts';
import type { Outcome } from '../../src/contract/outcome.ts';
import type { Wall } from '../../src/contract/surface.ts';
import type { PageView } from './page.ts';
import type { TranscriptView } from './transcript.ts';
import type { TurnError } from './turn.ts';

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
export function judge(findings: Findings): Verdict {
  const { signals, wall, page, transcript } = findings;
  if (signals.wall !== null) return { outcome: signals.wall.outcome, marks: [signals.wall.mark] };
  const readings = [page?.reading ?? null, transcript.reading].filter(
    (reading): reading is Reading => reading !== null && reading.markdown.trim() !== '',
  );
  const answered = readings.length > 0 && !isOnlyNotes(findings);
  const { failure } = signals;
  if (failure !== null && !(failure.outcome === 'timeout' && answered))
    return { outcome: failure.outcome, marks: [] };
  if (wall !== undefined) return { outcome: wall.outcome, marks: [wall.name] };
  if (transcript.refused) return { outcome: 'declined', marks: ['stop_refusal'] };
  return answered ? answeredAs(readings, findings) : unanswered(findings);
}

/** Notes on the way to a tool are no answer, not even a partial one; only the network can tell them apart. */
function isOnlyNotes({ page, transcript }: Findings): boolean {
  if (!transcript.onlyNotes || transcript.clipped) return false;
  const shown = page?.reading?.markdown.length ?? 0;
  return shown <= (transcript.reading?.markdown.length ?? 0) * 1.2;
}

function answeredAs(readings: readonly Reading[], { signals, transcript }: Findings): Verdict {
  const transcriptComplete = transcript.reading?.complete === true;
  const outOfTime = (signals.ending === 'deadline' || signals.failure !== null) && !transcriptComplete;
  const whole = readings.some(({ complete }) => complete) && !outOfTime;
  if (!whole) return { outcome: 'answered_partially', marks: ['cut'] };
  return { outcome: 'answered', marks: signals.endMarks.length > 0 ? signals.endMarks : ['complete'] };
}

function ofError({ status, code, message }: TurnError): Verdict {
  const marks = [code !== '' ? code : `http_${status ?? 'error'}`];
  const said = `${code} ${message}`;
  if (status === 429 || /rate_limit|exceeded_limit|too many requests/i.test(said))
    return { outcome: 'throttled', marks };
  if (status === 401 || /authentication_error|account_session_invalid|invalid authorization/i.test(said))
    return { outcome: 'login_wall', marks };
  if (status === 403 && !/permission_error|not_found/i.test(said)) return { outcome: 'challenge', marks };
  return { outcome: 'surface_error', marks };
}

function unanswered({ signals, page, transcript }: Findings): Verdict {
  if (transcript.error !== null) return ofError(transcript.error);
  if (transcript.limit?.type === 'exceeded_limit') return { outcome: 'throttled', marks: ['message_limit'] };
  if (page?.limitNotice) return { outcome: 'throttled', marks: ['limit_notice'] };
  const status = signals.httpStatus ?? 200;
  if (status >= 400) return ofError({ status, code: '', message: '' });
  if (transcript.onlyNotes) return { outcome: 'timeout', marks: ['only_notes'] };
  const unread =
    (page !== null && page.shown !== '') || transcript.warnings.includes('transcript_unrecognised');
  return unread
    ? { outcome: 'extraction_empty', marks: ['visible_unread'] }
    : { outcome: 'timeout', marks: ['no_answer'] };
}
