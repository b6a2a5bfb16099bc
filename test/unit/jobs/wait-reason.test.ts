import { describe, expect, it } from 'vitest';
import { waitReason } from '../../../src/jobs/queue-state.ts';

describe('why captures wait', () => {
  it.each([
    [{ queued: 0, retrying: 0 }, 0, false, null],
    [{ queued: 3, retrying: 3 }, 60, true, 'retry_backoff'],
    [{ queued: 3, retrying: 1 }, 60, true, 'slots_busy'],
    [{ queued: 3, retrying: 0 }, 60, false, 'no_worker'],
    [{ queued: 3, retrying: 0 }, 1, false, null],
  ] as const)('%j, the oldest for %i s, somebody capturing: %j → %j', (counts, seconds, busy, reason) => {
    expect(waitReason(counts, seconds, busy)).toBe(reason);
  });
});
