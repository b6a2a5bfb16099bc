import type { StreamPiece } from './pieces.ts';

/**
 * When the pieces of one stream are due: their pauses add up from its begin. A piece that comes late, because this machine
 * is busy, does not put off those after it: the server that is played stands elsewhere and knows nothing of our load.
 * Pure: times are the caller's, in milliseconds of one clock.
 */
export class StreamSchedule {
  #dueAt: number;

  constructor(begunAt: number) {
    this.#dueAt = begunAt;
  }

  /** How long to wait before this piece, the next of the stream; 0 or less: it is due, or late. */
  waitMs(piece: Pick<StreamPiece, 'afterMs'>, now: number): number {
    this.#dueAt += piece.afterMs;
    return this.#dueAt - now;
  }
}
