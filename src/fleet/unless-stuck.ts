import { FleetError } from '../contract/errors.ts';
import { awaitedLater } from '../platform/awaited-later.ts';
import type { Deadline } from '../platform/deadline.ts';

/** How long after its deadline a page may still be in use (river's bound for stuck jobs: specs/fleet.md 2). */
export const PAGE_STUCK_AFTER_MS = 10_000;
/**
 * What an attempt without a page may still take after its deadline: its proof has four tries of 20 s at a store that does not
 * answer, its settlement 45 s at a database that is away.
 */
export const STUCK_AFTER_MS = 150_000;

/** Thrown for work that is not back long after its deadline, and may never be. */
export class StuckError extends FleetError {
  constructor(what: string, afterMs: number) {
    super('DEADLINE_EXCEEDED', `${what} is not back ${afterMs / 1000} s after its deadline`);
    this.name = 'StuckError';
  }
}

/**
 * Waits for work that ends by itself at its deadline, or soon after it, and gives it up where it does not (a page that
 * never answers, a file system that hangs): whoever waits for it would wait for ever. Rejects with StuckError then, 10 s after
 * the deadline while it `holdsPage`, else 150 s; what comes of the work is ignored.
 */
export async function unlessStuck<T>(
  work: Promise<T>,
  deadline: Deadline,
  holdsPage: () => boolean,
): Promise<T> {
  const begun = awaitedLater(work);
  try {
    return await deadline.run('attempt', () => begun);
  } catch {
    // Over, or called off: the work itself says how it ended, when it comes back.
    let timer: NodeJS.Timeout | undefined;
    const stuck = new Promise<never>((_never, reject) => {
      timer = setTimeout(() => {
        if (holdsPage()) return reject(new StuckError('the page', PAGE_STUCK_AFTER_MS));
        const giveUp = (): void => reject(new StuckError('the attempt', STUCK_AFTER_MS));
        timer = setTimeout(giveUp, STUCK_AFTER_MS - PAGE_STUCK_AFTER_MS);
      }, PAGE_STUCK_AFTER_MS);
    });
    try {
      return await Promise.race([begun, stuck]);
    } finally {
      clearTimeout(timer);
    }
  }
}
