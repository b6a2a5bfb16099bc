/** One request or WebSocket handshake that reached the stage. */
export interface LoggedRequest {
  host: string;
  path: string;
  method: string;
  /** Epoch milliseconds of its arrival. */
  at: number;
  httpVersion: '1.1' | '2.0';
  /** Scene that played it, `surface/scene`; null when no surface owns the host or the scene is unknown. */
  scene: string | null;
}

const KEPT = 10_000;

/** What the stage was asked, for tests and hit counts. Keeps the newest 10 000 so that a stage can run for days. */
export class RequestLog {
  readonly #entries: LoggedRequest[] = [];
  readonly #hits = new Map<string, number>();

  add(entry: LoggedRequest): void {
    this.#entries.push(entry);
    if (this.#entries.length > KEPT) this.#entries.shift();
  }

  /** How often `key` has been counted, this time included. */
  count = (key: string): number => {
    const hits = (this.#hits.get(key) ?? 0) + 1;
    this.#hits.delete(key); // Re-inserted below, so that the map's order is by last use.
    this.#hits.set(key, hits);
    const [oldest] = this.#hits.keys();
    if (this.#hits.size > KEPT && oldest !== undefined) this.#hits.delete(oldest);
    return hits;
  };

  /** A copy, oldest first. */
  all(): LoggedRequest[] {
    return [...this.#entries];
  }

  /** Forgets requests and counts. */
  clear(): void {
    this.#entries.length = 0;
    this.#hits.clear();
  }
}
