import type { CaptureRecord } from '../../src/contract/capture-record.ts';

/** `done` ends a message (`partCompleted` only a part of it); the refusals end the ask (copilot.md c, d). */
const TERMINAL = /"event": ?"(?:done|error|chatMessageError)"/;

/** What may follow the end: title, follow-ups, a check after a refusal. */
const TAIL_FRAMES = 8;

/** True once the socket said that the answer is over, or why there is none. Cheap: looks at the last frames only. */
export function streamEnded(transcript: CaptureRecord['transcript']): boolean {
  return transcript.some(
    ({ kind, frames }) =>
      kind === 'websocket' &&
      frames.slice(-TAIL_FRAMES).some(({ data, direction }) => direction === 'in' && TERMINAL.test(data)),
  );
}
