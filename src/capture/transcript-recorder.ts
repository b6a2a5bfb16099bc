import type { CDPSession } from 'playwright';
import type { Exchange } from '../contract/capture-record.ts';
import type { TranscriptRule } from '../contract/surface.ts';
import { StreamSplitter } from './stream-splitter.ts';

/** Most a transcript may hold; what is beyond is left out and the exchange says `clipped`. */
const MAX_EXCHANGE_CHARS = 16 * 1024 * 1024;
const MAX_EXCHANGES = 200;

interface Live {
  exchange: Exchange;
  splitter: StreamSplitter;
  chars: number;
  /** Chunks that arrived before the buffered head of the body did. */
  waiting: Uint8Array[] | undefined;
  streaming: boolean;
}

/**
 * Records the exchanges of a page that its surface names, frame by frame with arrival times, through the browser's own
 * protocol: `Network.streamResourceContent` hands over each chunk as it arrives, without routing (which would turn the
 * cache off) and without touching the page. What dedicated workers fetch is not seen: Playwright opens no session on a worker
 * (microsoft/playwright#22992), a flat one of our own cannot be spoken through, and one with wrapped messages (`flatten:
 * false`) does not hold the worker, which had mostly fetched before it was listened to (Chromium 156, tried 2026-11).
 */
export class TranscriptRecorder {
  readonly #cdp: CDPSession;
  readonly #live = new Map<string, Live>();
  readonly #exchanges: Exchange[] = [];
  #rules: readonly TranscriptRule[] = [];
  #onEnd: () => void = () => undefined;
  #now: () => number = () => 0;

  private constructor(cdp: CDPSession) {
    this.#cdp = cdp;
  }

  /** Attaches to a page before it navigates. Nothing is kept until `begin`. */
  static async attach(cdp: CDPSession): Promise<TranscriptRecorder> {
    const recorder = new TranscriptRecorder(cdp);
    recorder.#listen();
    await cdp.send('Network.enable', {
      maxTotalBufferSize: 64 * 1024 * 1024,
      maxResourceBufferSize: 32 * 1024 * 1024,
    });
    return recorder;
  }

  /** From now on, keeps what the rules name; `now` tells milliseconds since the capture started. */
  begin(rules: readonly TranscriptRule[], now: () => number): void {
    this.#rules = rules;
    this.#now = now;
  }

  /** What has been recorded so far, in order of start; exchanges under way are `open`. */
  transcript(): Exchange[] {
    return this.#exchanges;
  }

  /** Resolves when the next exchange ends, whole or not; never where none does, or where it is asked again before. */
  nextEnd(): Promise<void> {
    return new Promise((resolve) => {
      this.#onEnd = resolve;
    });
  }

  /** Ends recording: what is still pending in a splitter becomes a last frame. */
  finish(): Exchange[] {
    for (const live of this.#live.values()) this.#append(live, live.splitter.finish());
    this.#live.clear();
    return this.#exchanges;
  }

  #wanted(kind: TranscriptRule['kind'], url: string): boolean {
    if (!URL.canParse(url) || this.#exchanges.length >= MAX_EXCHANGES) return false;
    const { host, pathname } = new URL(url);
    return this.#rules.some((rule) => rule.kind === kind && rule.url.test(`${host}${pathname}`));
  }

  #open(id: string, kind: TranscriptRule['kind'], method: string, url: string): void {
    const exchange: Exchange = {
      kind,
      method,
      url,
      status: null,
      contentType: null,
      startedAt: this.#now(),
      endedAt: null,
      end: 'open',
      clipped: false,
      frames: [],
    };
    this.#exchanges.push(exchange);
    this.#live.set(id, {
      exchange,
      splitter: new StreamSplitter(null),
      chars: 0,
      waiting: undefined,
      streaming: false,
    });
  }

  #listen(): void {
    const cdp = this.#cdp;
    cdp.on('Network.requestWillBeSent', ({ requestId, request, redirectResponse }) => {
      if (redirectResponse !== undefined) this.#redirected(requestId, redirectResponse.status);
      if (this.#wanted('fetch', request.url)) this.#open(requestId, 'fetch', request.method, request.url);
    });
    cdp.on('Network.responseReceived', ({ requestId, response }) => {
      const live = this.#live.get(requestId);
      if (live === undefined) return;
      live.exchange.status = response.status;
      live.exchange.contentType = header(response.headers, 'content-type') ?? response.mimeType ?? null;
      live.splitter = new StreamSplitter(live.exchange.contentType);
      void this.#stream(requestId, live);
    });
    cdp.on('Network.dataReceived', ({ requestId, data }) => {
      const live = this.#live.get(requestId);
      if (live === undefined || data === undefined) return;
      const bytes = Buffer.from(data, 'base64');
      if (live.waiting !== undefined) live.waiting.push(bytes);
      else this.#append(live, live.splitter.push(bytes));
    });
    cdp.on('Network.loadingFinished', ({ requestId }) => void this.#end(requestId, 'complete'));
    cdp.on('Network.loadingFailed', ({ requestId }) => void this.#end(requestId, 'aborted'));
    cdp.on('Network.webSocketCreated', ({ requestId, url }) => {
      if (this.#wanted('websocket', url)) this.#open(requestId, 'websocket', 'GET', url);
    });
    cdp.on('Network.webSocketFrameReceived', ({ requestId, response }) =>
      this.#message(requestId, 'in', response.payloadData),
    );
    cdp.on('Network.webSocketFrameSent', ({ requestId, response }) =>
      this.#message(requestId, 'out', response.payloadData),
    );
    cdp.on('Network.webSocketClosed', ({ requestId }) => void this.#end(requestId, 'complete'));
  }

  /** A redirect: the browser goes on under the same id, and that is another exchange, or none of ours. */
  #redirected(requestId: string, status: number): void {
    const live = this.#live.get(requestId);
    if (live === undefined) return;
    Object.assign(live.exchange, { status, endedAt: this.#now(), end: 'complete' });
    this.#live.delete(requestId);
  }

  /** Asks for the body as it comes; the head that was already buffered goes before what arrives meanwhile. */
  async #stream(requestId: string, live: Live): Promise<void> {
    live.waiting = [];
    try {
      const { bufferedData } = await this.#cdp.send('Network.streamResourceContent', { requestId });
      live.streaming = true;
      this.#append(live, live.splitter.push(Buffer.from(bufferedData, 'base64')));
    } catch {
      // The body ended before it could be streamed: `#end` fetches it whole.
    }
    const waiting = live.waiting;
    live.waiting = undefined;
    for (const bytes of waiting) this.#append(live, live.splitter.push(bytes));
  }

  async #end(requestId: string, end: 'complete' | 'aborted'): Promise<void> {
    const live = this.#live.get(requestId);
    if (live === undefined) return;
    live.exchange.endedAt = this.#now();
    live.exchange.end = end;
    // Lets a stream request that is just being answered put the head of the body in its place first.
    while (live.waiting !== undefined) await new Promise((done) => setImmediate(done));
    if (!live.streaming && live.exchange.kind === 'fetch' && end === 'complete')
      await this.#fetchWhole(requestId, live);
    if (!this.#live.has(requestId)) return;
    this.#append(live, live.splitter.finish());
    this.#live.delete(requestId);
    this.#onEnd();
  }

  async #fetchWhole(requestId: string, live: Live): Promise<void> {
    try {
      const { body, base64Encoded } = await this.#cdp.send('Network.getResponseBody', { requestId });
      this.#append(live, live.splitter.push(Buffer.from(body, base64Encoded ? 'base64' : 'utf8')));
    } catch {
      live.exchange.clipped = true; // The browser no longer holds the body; the record says that it is not whole.
    }
  }

  #message(requestId: string, direction: 'in' | 'out', data: string): void {
    const live = this.#live.get(requestId);
    if (live !== undefined) this.#append(live, [data], direction);
  }

  #append(live: Live, pieces: readonly string[], direction: 'in' | 'out' = 'in'): void {
    for (const data of pieces) {
      if (data === '') continue;
      live.chars += data.length;
      if (live.chars > MAX_EXCHANGE_CHARS) {
        live.exchange.clipped = true;
        return;
      }
      live.exchange.frames.push({ at: this.#now(), data, direction });
    }
  }
}

function header(headers: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
}
