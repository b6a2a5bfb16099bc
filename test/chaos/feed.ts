import { setTimeout as pause } from 'node:timers/promises';
import type { SurfaceName } from '../../src/contract/surface-name.ts';
import type { Accepted } from './oracle-facts.ts';
import { seededRandom } from './schedule.ts';

/** Surfaces of the ordinary searches. */
export const FED_SURFACES: readonly SurfaceName[] = [
  'chatgpt',
  'claude',
  'perplexity',
  'google_ai_overview',
  'google_search',
];
/** How the pages of some searches behave by themselves, without any fault of ours. */
const ORDINARY_SCENES: readonly [surface: SurfaceName, scene: string][] = [
  ['google_ai_overview', 'absent'],
  ['chatgpt', 'cut'],
  ['chatgpt', 'reset-once'],
  ['chatgpt', 'login-wall'],
];
const TRY_MS = 15_000;
const PAUSE_MS = 500;

export interface FeedOptions {
  seed: number;
  everyMs: number;
  ports: readonly number[];
  apiKey: string;
  webhookUrl: string;
  /** Whether the fleet takes more just now; absent: always. A run asks what it survives, not how much it carries. */
  hasRoom?: () => boolean;
}

/** A client that goes on searching, and repeats every request with its key until it is acknowledged. */
export class Feed {
  /** What was acknowledged, each time it was. */
  readonly accepted: Accepted[] = [];
  /** Valid requests that were refused. */
  readonly refused: string[] = [];
  /** Requests that had to be sent again. */
  retries = 0;
  readonly #options: FeedOptions;
  readonly #random: () => number;
  readonly #open = new Set<Promise<void>>();
  #sent = 0;
  #running = true;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#random = seededRandom(options.seed ^ 0x5eed);
  }

  /** Searches steadily until `finish`. */
  async run(): Promise<void> {
    while (this.#running) {
      if (this.#options.hasRoom?.() ?? true) this.#next();
      await pause(this.#options.everyMs * (0.5 + this.#random()));
    }
  }

  /** A search whose page behaves in a certain way. */
  ask(surface: SurfaceName, scene: string): void {
    this.#post([surface], `[scene:${scene}] question ${this.#sent}`);
  }

  /** No more searches; resolves when all are acknowledged. */
  async finish(): Promise<void> {
    this.#running = false;
    while (this.#open.size > 0) await Promise.all(this.#open);
  }

  #next(): void {
    const scene = ORDINARY_SCENES[Math.floor(this.#random() * ORDINARY_SCENES.length * 8)];
    if (scene !== undefined) {
      this.ask(...scene);
      return;
    }
    const first = Math.floor(this.#random() * FED_SURFACES.length);
    const count = this.#random() < 0.3 ? 2 : 1;
    const surfaces = [...FED_SURFACES, ...FED_SURFACES].slice(first, first + count);
    this.#post(surfaces, `question ${this.#sent}`);
  }

  #post(surfaces: readonly SurfaceName[], query: string): void {
    const key = `chaos-${this.#options.seed}-${this.#sent++}`;
    const work = this.#until(
      key,
      JSON.stringify({ query, surfaces, webhook: { url: this.#options.webhookUrl } }),
    );
    this.#open.add(work);
    void work.finally(() => this.#open.delete(work));
  }

  async #until(idempotencyKey: string, body: string): Promise<void> {
    const { ports } = this.#options;
    for (let attempt = Math.floor(this.#random() * ports.length); ; attempt++) {
      const answer = await this.#once(ports[attempt % ports.length] ?? 0, idempotencyKey, body);
      if (answer === 'again') {
        this.retries++;
        await pause(PAUSE_MS);
        continue;
      }
      if (typeof answer === 'string') this.refused.push(answer);
      else this.accepted.push({ ...answer, idempotencyKey, at: Date.now() });
      return;
    }
  }

  async #once(
    port: number,
    key: string,
    body: string,
  ): Promise<'again' | string | Pick<Accepted, 'jobId' | 'childIds'>> {
    try {
      const answer = await fetch(`http://127.0.0.1:${port}/v1/search?mode=async`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${this.#options.apiKey}`,
          'content-type': 'application/json',
          'idempotency-key': key,
        },
        body,
        signal: AbortSignal.timeout(TRY_MS),
      });
      const text = await answer.text();
      if (answer.status === 202 || answer.status === 200) {
        const { jobId, children } = JSON.parse(text) as { jobId: string; children: string[] };
        return { jobId, childIds: children };
      }
      // 408: the API was frozen while the request came; by the catalogue it is to be repeated.
      const later =
        answer.status === 408 || answer.status === 429 || answer.status === 503 || /IN_PROGRESS/.test(text);
      return later ? 'again' : `${answer.status} ${text.slice(0, 300)}`;
    } catch {
      return 'again'; // Killed, frozen, or cut: what the key is for.
    }
  }
}
