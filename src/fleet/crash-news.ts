import type { CDPSession } from 'playwright';
import { z } from 'zod';
import type { Clock } from '../platform/clock.ts';

/** How a page's process ended, as the browser told. */
export interface Crash {
  status: string;
  errorCode: number;
}

/** A crash is told twice, to the page and to the browser's session, in either order; so long the other is waited for. */
const NEWS_MS = 250;
const NEWS_POLL_MS = 10;
/** Crashes of pages that nobody asks about, as those of frames, are forgotten in time. */
const MOST_KEPT = 64;

const crashSchema = z.object({ targetId: z.string(), status: z.string(), errorCode: z.number() });
const targetSchema = z.object({ targetInfo: z.object({ targetId: z.string() }) });

/** Name of the page a session speaks with, the same as long as the page lives. The caller runs it under its Deadline. */
export async function targetOf(session: CDPSession): Promise<string> {
  return targetSchema.parse(await session.send('Target.getTargetInfo')).targetInfo.targetId;
}

/** What one browser told of its crashed pages, each kept under the page's own name: of two that crash at once, too. */
export class CrashNews {
  readonly #clock: Clock;
  readonly #crashes = new Map<string, Crash>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes a `Target.targetCrashed` event (DevTools protocol, 2026-11). */
  tell(event: unknown): void {
    const { targetId, status, errorCode } = crashSchema.parse(event);
    this.#crashes.set(targetId, { status, errorCode });
    for (const oldest of this.#crashes.keys()) {
      if (this.#crashes.size <= MOST_KEPT) break;
      this.#crashes.delete(oldest);
    }
  }

  /** How this page crashed, just now; undefined where the browser does not say within 250 ms. */
  async of(target: string): Promise<Crash | undefined> {
    const until = this.#clock.monotonic() + NEWS_MS;
    while (!this.#crashes.has(target) && this.#clock.monotonic() < until)
      await new Promise((done) => setTimeout(done, NEWS_POLL_MS));
    const crash = this.#crashes.get(target);
    this.#crashes.delete(target);
    return crash;
  }
}
