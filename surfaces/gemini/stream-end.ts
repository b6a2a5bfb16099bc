import type { CaptureRecord } from '../../src/contract/capture-record.ts';

export const STREAM_URL = /\/assistant\.lamda\.BardFrontendService\/StreamGenerate/;
/** Key `"44"` of inner `[2]` stands only in the last frame (gemini.md c, 2026); quoted once more inside the envelope. */
const TERMINAL = /\\"44\\":/;
/** Frames are cut by the network as it likes; the last answer frame and its trailers lie within these. */
const TAIL_FRAMES = 8;

/**
 * True once the stream said that the answer is finished, or ended. The connection may stay open after the last frame,
 * so its close alone is not waited for. Cheap: looks at the last frames only.
 */
export function streamEnded(transcript: CaptureRecord['transcript']): boolean {
  return transcript.some(({ url, frames, end }) => {
    if (!STREAM_URL.test(url) || frames.length === 0) return false;
    if (end !== 'open') return true;
    return TERMINAL.test(
      frames
        .slice(-TAIL_FRAMES)
        .map(({ data }) => data)
        .join(''),
    );
  });
}
