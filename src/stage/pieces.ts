/** One write of a streamed body. */
export interface StreamPiece {
  /** Written verbatim, framing included (an SSE event ends in a blank line). */
  data: string;
  /** Pause before it, in milliseconds, from when the piece before was due. */
  afterMs: number;
}

/** What a stream does after its last piece. */
export type StreamEnd =
  /** Ends as HTTP says. */
  | 'complete'
  /** The stream breaks: the browser reports a network error, what came before stays readable. */
  | 'cut'
  /** Nothing more comes and it never ends. */
  | 'hang';

/** Total time of a plain answer stream: long enough to see it grow, short enough for tests. */
export const PLAIN_STREAM_MS = 700;

/**
 * Frames spread evenly over `totalMs`; the first comes after one step. More than one frame per 5 ms come in groups,
 * because timers are no finer.
 */
export function paced(frames: readonly string[], totalMs: number = PLAIN_STREAM_MS): StreamPiece[] {
  if (frames.length === 0) return [];
  const groups = Math.max(1, Math.min(frames.length, Math.floor(totalMs / 5) || 1));
  const afterMs = totalMs / groups;
  return Array.from({ length: groups }, (_, group) => {
    const from = Math.floor((group * frames.length) / groups);
    const to = Math.floor(((group + 1) * frames.length) / groups);
    return { data: frames.slice(from, to).join(''), afterMs };
  });
}

/** Frames with their own recorded times (`at`, milliseconds), scaled so that the last comes after `totalMs`. */
export function pacedAsRecorded(
  frames: readonly { at: number; data: string }[],
  totalMs: number = PLAIN_STREAM_MS,
): StreamPiece[] {
  const first = frames[0]?.at ?? 0;
  const span = (frames.at(-1)?.at ?? 0) - first;
  if (span <= 0) {
    return paced(
      frames.map((frame) => frame.data),
      totalMs,
    );
  }
  return frames.map((frame, index) => ({
    data: frame.data,
    afterMs: (Math.max(0, frame.at - (frames[index - 1]?.at ?? frame.at)) * totalMs) / span,
  }));
}

/**
 * The pieces up to `fraction` (0…1) of the body's characters; the last one is torn in its middle, never at its end.
 * For streams that end in `cut` or `hang`.
 */
export function tornAt(pieces: readonly StreamPiece[], fraction: number): StreamPiece[] {
  const total = pieces.reduce((sum, piece) => sum + piece.data.length, 0);
  let left = Math.max(1, Math.floor(total * fraction));
  const torn: StreamPiece[] = [];
  for (const piece of pieces) {
    if (piece.data.length < left) {
      torn.push(piece);
      left -= piece.data.length;
      continue;
    }
    const middle = Math.min(left, Math.max(1, Math.floor(piece.data.length / 2)));
    const splitsPair = middle > 1 && /[\uD800-\uDBFF]/.test(piece.data.charAt(middle - 1));
    return [...torn, { ...piece, data: piece.data.slice(0, splitsPair ? middle - 1 : middle) }];
  }
  return torn;
}

/** Bytes of all pieces in UTF-8. */
export function byteLength(pieces: readonly StreamPiece[]): number {
  return pieces.reduce((sum, piece) => sum + Buffer.byteLength(piece.data), 0);
}
