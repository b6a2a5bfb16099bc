import type { ServerResponse } from 'node:http';
import { constants, Http2ServerResponse } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StreamEnd, StreamPiece } from './pieces.ts';
import { StreamSchedule } from './schedule.ts';

/** What an answer carries besides its body. */
export interface ReplyInit {
  status?: number;
  /** A list where a name comes more than once (`set-cookie`). */
  headers?: Readonly<Record<string, string | string[]>>;
}

type Outgoing = ServerResponse | Http2ServerResponse;

/**
 * The toolbox a scene answers with. One answer per request. Everything that waits ends at once, by rejecting, when
 * the client leaves or the stage stops: a scene need not catch that.
 */
export class StageReply {
  /** Aborts when the client has left or the stage stops. */
  readonly signal: AbortSignal;
  readonly #out: Outgoing;
  readonly #headers: Readonly<Record<string, string>>;
  #dropped = false;
  #rewrites: ((html: string) => string)[] = [];

  constructor(out: Outgoing, signal: AbortSignal, headers: Readonly<Record<string, string>> = {}) {
    this.#out = out;
    this.signal = signal;
    this.#headers = headers;
  }

  /** True once an answer has begun. */
  get answered(): boolean {
    return this.#dropped || this.#out.headersSent || this.#out.writableEnded || this.#out.destroyed;
  }

  /** Answers with this body. `init.headers` win over the content type given. */
  send(contentType: string, body: string | Uint8Array, init: ReplyInit = {}): void {
    this.#begin(contentType, init);
    this.#out.end(body);
  }

  /** Answers with a page, changed by what `rewriteHtml` was given. */
  html(markup: string, init: ReplyInit = {}): void {
    const page = this.#rewrites.reduce((html, rewrite) => rewrite(html), markup);
    this.send('text/html; charset=utf-8', page, init);
  }

  /** Changes the page that `html` will answer with; for scenes made of other scenes. The last given runs first. */
  rewriteHtml(rewrite: (html: string) => string): void {
    this.#rewrites = [rewrite, ...this.#rewrites];
  }

  json(value: unknown, init: ReplyInit = {}): void {
    this.send('application/json; charset=utf-8', JSON.stringify(value), init);
  }

  text(body: string, init: ReplyInit = {}): void {
    this.send('text/plain; charset=utf-8', body, init);
  }

  /** A redirect; set cookies through `init.headers`. */
  redirect(location: string, init: ReplyInit = {}): void {
    this.#begin(null, { status: init.status ?? 302, headers: { location, ...init.headers } });
    this.#out.end();
  }

  /** An answer without body: 204 unless said otherwise. */
  empty(status = 204): void {
    this.#begin(null, { status });
    this.#out.end();
  }

  /**
   * Streams the pieces, each when it is due (`StreamSchedule`), then ends as `end` says. Resolves when all is written (`complete`,
   * `cut`), or, for `hang`, rejects when the client has left.
   */
  async stream(
    contentType: string,
    pieces: Iterable<StreamPiece> | AsyncIterable<StreamPiece>,
    options: ReplyInit & { end?: StreamEnd } = {},
  ): Promise<void> {
    this.#begin(contentType, { ...options, headers: { 'cache-control': 'no-cache', ...options.headers } });
    (this.#out as ServerResponse).flushHeaders();
    const schedule = new StreamSchedule(performance.now());
    for await (const piece of pieces) {
      const waitMs = schedule.waitMs(piece, performance.now());
      if (waitMs > 0) await this.pause(waitMs);
      this.signal.throwIfAborted();
      await this.#write(piece.data);
    }
    const end = options.end ?? 'complete';
    if (end === 'hang') return this.hang();
    if (end === 'complete') {
      this.#out.end();
      return;
    }
    // What was written must leave this process before the break, or the client would not see it.
    await this.pause(20);
    this.#break();
  }

  /** Waits; rejects when the client leaves or the stage stops. */
  async pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.signal });
  }

  /** Never answers. */
  async hang(): Promise<never> {
    const { promise, reject } = Promise.withResolvers<never>();
    if (this.signal.aborted) reject(this.signal.reason);
    this.signal.addEventListener('abort', () => reject(this.signal.reason), { once: true });
    return promise;
  }

  /** Drops the whole connection without an answer. */
  reset(): void {
    this.#dropped = true;
    if (this.#out instanceof Http2ServerResponse) this.#out.stream.session?.destroy();
    else this.#out.socket?.destroy();
  }

  #begin(contentType: string | null, init: ReplyInit): void {
    const out: ServerResponse = this.#out as ServerResponse; // Node's compat API gives both the same calls.
    const type: Record<string, string> = contentType === null ? {} : { 'content-type': contentType };
    out.writeHead(init.status ?? 200, { ...this.#headers, ...type, ...init.headers });
  }

  async #write(data: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onAbort = () => reject(this.signal.reason);
    this.signal.addEventListener('abort', onAbort, { once: true });
    const out: ServerResponse = this.#out as ServerResponse;
    out.write(data, () => resolve());
    try {
      await promise;
    } finally {
      this.signal.removeEventListener('abort', onAbort);
    }
  }

  #break(): void {
    if (this.#out instanceof Http2ServerResponse) this.#out.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    else this.#out.socket?.destroy();
  }
}
