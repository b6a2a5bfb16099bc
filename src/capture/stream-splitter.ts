/** What goes on for so long without an end of its piece is handed out as it is. */
const LONGEST_PIECE = 4 * 1024 * 1024;
/** Most of a boundary that may lie before the bytes that complete it: `\r\n\r`. */
const BOUNDARY_HEAD = 3;

/**
 * Cuts a streamed body into its natural pieces: whole events of an event stream, whole lines of ndjson, chunks of
 * anything else, and 4 M characters at most of what never ends its piece. Bytes that end inside a character wait for the rest.
 */
export class StreamSplitter {
  readonly #decoder = new TextDecoder('utf-8');
  readonly #boundary: RegExp | undefined;
  #pending = '';

  constructor(contentType: string | null) {
    const type = contentType ?? '';
    if (/event-stream/i.test(type)) this.#boundary = /\r?\n\r?\n/g;
    else if (/ndjson|jsonl|json-seq/i.test(type)) this.#boundary = /\r?\n/g;
  }

  /** Pieces completed by these bytes. */
  push(bytes: Uint8Array): string[] {
    return this.#take(this.#decoder.decode(bytes, { stream: true }));
  }

  /** What is left when the body ends, complete or not. */
  finish(): string[] {
    const pieces = this.#take(this.#decoder.decode());
    const rest = this.#pending;
    this.#pending = '';
    return rest === '' ? pieces : [...pieces, rest];
  }

  #take(text: string): string[] {
    if (this.#boundary === undefined) return text === '' ? [] : [text];
    const buffer = this.#pending + text;
    const pieces: string[] = [];
    let from = 0;
    // No boundary lies wholly in what was pending.
    this.#boundary.lastIndex = Math.max(0, this.#pending.length - BOUNDARY_HEAD);
    for (const match of buffer.matchAll(this.#boundary)) {
      const end = match.index + match[0].length;
      pieces.push(buffer.slice(from, end));
      from = end;
    }
    const rest = buffer.slice(from);
    const isPiece = rest.length >= LONGEST_PIECE;
    this.#pending = isPiece ? '' : rest;
    return isPiece ? [...pieces, rest] : pieces;
  }
}
