import type { CaptureRecord } from '../../src/contract/capture-record.ts';

/** Terminal words of the answer's wire (claude.md d): the stream's own end, or an error in its place. */
const TERMINAL = /"type": ?"message_stop"|^event: ?(?:message_stop|error)$|"type": ?"error"/m;
const COMPLETION = /\/(?:retry_)?completion(?:\?|$)/;
const TAIL_FRAMES = 4;

/** True once the wire said that the turn is over, or refused it. Cheap: looks at the last frames only. */
export function streamEnded(transcript: CaptureRecord['transcript']): boolean {
  return transcript.some(
    ({ url, status, end, frames }) =>
      COMPLETION.test(url) &&
      ((status !== null && status >= 400 && end === 'complete') ||
        frames.slice(-TAIL_FRAMES).some(({ data }) => TERMINAL.test(data))),
  );
}
