import type { CaptureRecord } from '../../src/contract/capture-record.ts';

/** `done` ends a message (`partCompleted` only a part of it); the refusals end the ask (copilot.md c, d). */
const TERMINAL = /"event": ?"(?:done|error|chatMessageError)"/;

const ANSWERING = /"event": ?"appendText"/;

/** What may follow the end: title, follow-ups, a check after a refusal. */
const TAIL_FRAMES = 8;

/**
 * True once the socket said that the answer is over, or why there is none, or was lost in the middle of one. (A page that
 * opens another socket then shows itself busy meanwhile.) Cheap: looks at the last frames only.
 */
export function streamEnded(transcript: CaptureRecord['transcript']): boolean {
  const sockets = transcript.filter(({ kind }) => kind === 'websocket');
  const tails = sockets.map(({ frames }) =>
    frames.slice(-TAIL_FRAMES).flatMap(({ data, direction }) => (direction === 'in' ? data : [])),
  );
  const lost = sockets.at(-1)?.end !== 'open' && (tails.at(-1) ?? []).some((data) => ANSWERING.test(data));
  return lost || tails.some((tail) => tail.some((data) => TERMINAL.test(data)));
}
