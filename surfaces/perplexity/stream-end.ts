import type { CaptureRecord } from '../../src/contract/capture-record.ts';

/** The terminal frame, and the event after it. `final` and `text_completed` come earlier and are not the end. */
const TERMINAL = /"final_sse_message": ?true|^event: ?end_of_stream/m;

/** How many frames can follow the terminal one. */
const TAIL_FRAMES = 3;

const ASK = /\/perplexity[._]ask$/;

/**
 * True once the wire said its last word: the answer is finished, or the ask was refused. Cheap: looks at the last
 * frames only.
 */
export function streamEnded(transcript: CaptureRecord['transcript']): boolean {
  return transcript.some(
    ({ url, status, endedAt, frames }) =>
      (endedAt !== null && (status ?? 0) >= 400 && ASK.test(url)) ||
      frames.slice(-TAIL_FRAMES).some(({ data }) => TERMINAL.test(data)),
  );
}
