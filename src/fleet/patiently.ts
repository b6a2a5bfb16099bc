import { FleetError } from '../contract/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Deadline } from '../platform/deadline.ts';

const PATIENCE_MS = 45_000;
const RETRY_MS = 1_000;

/**
 * Repeats a step while the database is away or busy, for 45 s at most, also beyond the deadline; where there is one and it is
 * aborted, ends before the next try. The step must be safe to repeat after its answer was lost.
 */
export async function patiently<T>(
  clock: Clock,
  deadline: Deadline | undefined,
  step: () => Promise<T>,
): Promise<T> {
  const until = clock.monotonic() + PATIENCE_MS;
  for (;;) {
    try {
      return await step();
    } catch (error) {
      const away = error instanceof FleetError && error.code === 'DATABASE_UNAVAILABLE';
      if (!away || clock.monotonic() > until) throw error;
      deadline?.throwIfAborted();
      await new Promise((done) => setTimeout(done, RETRY_MS));
    }
  }
}
