import type { CaptureRecord } from '../../src/contract/capture-record.ts';

/**
 * Terminal words of the answer's wires (chatgpt.md d): the event stream, the WebSocket hand-off (its items are quoted
 * inside JSON), the anonymous app's markup frames and JSON lines.
 */
const TERMINAL =
  /"type": ?"message_stream_complete"|\\"type\\": ?\\"message_stream_complete\\"|^data: \[DONE\]|conversation-turn-complete|data-conversation-control="(?:complete|failed)"|"status": ?"complete"/m;

/** A hand-off's own event stream ends at once; the answer then comes over the WebSocket. */
const HANDED_OFF = /"type": ?"stream_handoff"/;

/** How many frames of an exchange can hold its end: the terminal event and what follows it (metadata, ads). */
const TAIL_FRAMES = 8;

/**
 * True once the wire said that the answer is finished, refused it, or broke. (A page that resumes a broken stream shows
 * itself busy meanwhile.) Cheap: looks at the last frames only.
 */
export function streamEnded(transcript: CaptureRecord['transcript']): boolean {
  const asks = transcript.filter(({ kind, method }) => kind === 'fetch' && method === 'POST');
  const last = asks.at(-1);
  if (last !== undefined && (last.status ?? 200) >= 400 && last.end !== 'open') return true;
  return transcript.some(({ kind, frames, end }) => {
    const tail = frames.slice(-TAIL_FRAMES).map(({ data }) => data);
    if (kind === 'fetch' && tail.some((data) => HANDED_OFF.test(data))) return false;
    const broke = kind === 'fetch' && end === 'aborted' && frames.length > 0;
    return broke || tail.some((data) => TERMINAL.test(data));
  });
}
