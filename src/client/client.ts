import { randomUUID } from 'node:crypto';
import type { Envelope } from '../contract/envelope.ts';
import type { JobView } from '../contract/job-view.ts';
import type {
  Accepted,
  Analysis,
  AnalysisAccepted,
  AnalysisAsked,
  SearchAsked,
  SearchResult,
} from './requests.ts';
import { type ClientOptions, rest, Transport } from './transport.ts';

export interface CallOptions {
  signal?: AbortSignal;
}

export interface WaitOptions extends CallOptions {
  /** Called with the job as it was first seen, and after every change. */
  onProgress?: (job: JobView) => void;
}

const LONG_WAIT_S = 30;
/** Somebody who watches wants to see changes soon. */
const WATCHED_WAIT_S = 1;
/** A server that does not hold the request is not asked more often than this. */
const LEAST_PAUSE_MS = 250;

/**
 * Client of the Capture Fleet API. Every call throws ApiRefusal (branch on its `code`), ConnectionFailed when no answer
 * came after all tries, or the reason of its `signal`. Submits carry an idempotency key, so that a repetition after a
 * lost answer finds the first one's job instead of starting a second.
 */
export class CaptureFleetClient {
  readonly #transport: Transport;

  constructor(options: ClientOptions) {
    this.#transport = new Transport(options);
  }

  /**
   * Captures and waits for the Envelopes. `waitS` is how long the server holds one request (1 to 120, 60 by default); a
   * repetition after its 504 goes on waiting for the same job.
   */
  async search(asked: SearchAsked, options: CallOptions & { waitS?: number } = {}): Promise<SearchResult> {
    const headers = options.waitS === undefined ? {} : { prefer: `wait=${options.waitS}` };
    return this.#submit<SearchResult>('/v1/search?mode=sync', asked, options, headers);
  }

  /** Accepts a search without waiting; go on with `waitFor`, or a webhook. */
  async submit(asked: SearchAsked, options: CallOptions = {}): Promise<Accepted> {
    return this.#submit<Accepted>('/v1/search?mode=async', asked, options);
  }

  /** A job and its children as they stand. */
  async getJob(jobId: string, options: CallOptions = {}): Promise<JobView> {
    return (await this.#get(`/v1/jobs/${encodeURIComponent(jobId)}`, options)) as JobView;
  }

  /** A child's Envelope; a skeleton while it has not ended. */
  async getEnvelope(childId: string, options: CallOptions = {}): Promise<Envelope> {
    return (await this.#get(`/v1/jobs/${encodeURIComponent(childId)}`, options)) as Envelope;
  }

  /** Waits until all children of a job have ended. Give a `signal` with a time-out to wait no longer than that. */
  async waitFor(job: string | { jobId: string }, options: WaitOptions = {}): Promise<JobView> {
    const { signal, onProgress } = options;
    const path = `/v1/jobs/${encodeURIComponent(typeof job === 'string' ? job : job.jobId)}`;
    const seconds = onProgress === undefined ? LONG_WAIT_S : WATCHED_WAIT_S;
    let headers: Record<string, string> = onProgress === undefined ? { prefer: `wait=${seconds}` } : {};
    for (;;) {
      const askedAt = performance.now();
      const answer = await this.#transport.call({ method: 'GET', path, headers, signal });
      if (answer.status !== 304) {
        const view = answer.body as JobView;
        onProgress?.(view);
        if (view.job.status !== 'processing') return view;
        const tag = answer.headers.get('etag');
        headers = { prefer: `wait=${seconds}`, ...(tag === null ? {} : { 'if-none-match': tag }) };
      }
      const early = LEAST_PAUSE_MS - (performance.now() - askedAt);
      if (early > 0) await rest(early, signal);
    }
  }

  /** Ends what has not ended yet: a whole job, or one child. */
  async cancel(id: string, options: CallOptions = {}): Promise<JobView | Envelope> {
    const path = `/v1/jobs/${encodeURIComponent(id)}/cancel`;
    const answer = await this.#transport.call({ method: 'POST', path, body: {}, signal: options.signal });
    return answer.body as JobView | Envelope;
  }

  /** Starts an analysis: replicates × providers × locations. */
  async analyze(
    asked: AnalysisAsked & { idempotencyKey?: string },
    options: CallOptions = {},
  ): Promise<AnalysisAccepted> {
    const { idempotencyKey = randomUUID(), ...body } = asked;
    const headers = { 'idempotency-key': idempotencyKey };
    const path = '/api/v1/async-analysis';
    const answer = await this.#transport.call({
      method: 'POST',
      path,
      body,
      headers,
      signal: options.signal,
    });
    return answer.body as AnalysisAccepted;
  }

  /** An analysis as it stands; its results once it has ended. `includeRaw: false` leaves the Envelopes out. */
  async getAnalysis(
    analysisId: string,
    options: CallOptions & { includeRaw?: boolean } = {},
  ): Promise<Analysis> {
    const query = options.includeRaw === false ? '?includeRaw=false' : '';
    return (await this.#get(
      `/api/v1/async-analysis/${encodeURIComponent(analysisId)}${query}`,
      options,
    )) as Analysis;
  }

  async #submit<T>(
    path: string,
    asked: SearchAsked,
    { signal }: CallOptions,
    headers: Record<string, string> = {},
  ): Promise<T> {
    const body = { idempotencyKey: randomUUID(), ...asked };
    return (await this.#transport.call({ method: 'POST', path, body, headers, signal })).body as T;
  }

  async #get(path: string, { signal }: CallOptions): Promise<unknown> {
    return (await this.#transport.call({ method: 'GET', path, signal })).body;
  }
}
