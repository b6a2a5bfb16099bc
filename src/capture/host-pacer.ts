import type { Clock } from '../platform/clock.ts';
import type { Deadline } from '../platform/deadline.ts';

/** One request per host in this time. */
const HOST_INTERVAL_MS = 2_000;
const MAX_HOSTS = 10_000;

/** Keeps page captures of this process polite: requests to one host start at least 2 s apart. */
export class HostPacer {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  /** When the next request to a host may start, in monotonic milliseconds. */
  readonly #next = new Map<string, number>();

  constructor(clock: Clock, intervalMs = HOST_INTERVAL_MS) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
  }

  /** Waits for this host's turn. Rejects with DEADLINE_EXCEEDED when it would come too late. */
  async turn(host: string, deadline: Deadline): Promise<void> {
    const now = this.#clock.monotonic();
    const at = Math.max(now, this.#next.get(host) ?? 0);
    this.#forget(now);
    this.#next.set(host, at + this.#intervalMs);
    if (at > now) await deadline.pause(at - now);
  }

  /** Hosts whose turn has passed are forgotten when there are many. */
  #forget(now: number): void {
    if (this.#next.size < MAX_HOSTS) return;
    for (const [host, next] of this.#next) if (next <= now) this.#next.delete(host);
  }
}
