import type { CaptureRecord } from '../../src/contract/capture-record.ts';

/** The terminal frame, and the event after it. `final` and `text_completed` come earlier and are not the end. */
const TERMINAL = /"final_sse_message": ?true|^event: ?end_of_stream/m;

/** How many frames can follow the terminal one. */
const TAIL_FRAMES = 3;

/** True once the wire said that the answer is finished. Cheap: looks at the last frames only. */
export function streamEnded(transcript: CaptureRecord['transcript']): boolean {
  return transcript.some(({ frames }) => frames.slice(-TAIL_FRAMES).some(({ data }) => TERMINAL.test(data)));
}
