import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { runAttempt } from '../../../src/fleet/run-attempt.ts';
import { STUCK_AFTER_MS } from '../../../src/fleet/unless-stuck.ts';
import type { WorkerOptions } from '../../../src/fleet/worker-options.ts';
import type { ClaimedChild } from '../../../src/jobs/claim.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { Deadline } from '../../../src/platform/deadline.ts';
import { createLog } from '../../../src/platform/log.ts';
import { createMetrics } from '../../../src/platform/metrics.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('an attempt that never comes back is counted, gives its place back, and keeps its lease no longer', async () => {
  const metrics = createMetrics();
  const beats: number[] = [];
  const touch = async (): Promise<boolean> => beats.push(Date.now()) > 0;
  // What an attempt like this one touches of all that a worker has.
  const means = {
    ...{ clock: systemClock, metrics, heartbeatS: 10, queue: { touch } },
  } as unknown as WorkerOptions;
  const child = { id: 'child', attempt: 1, traceparent: null, lease: {} } as unknown as ClaimedChild;
  const unfit = vi.fn();
  const over = runAttempt(child, () => new Promise(() => undefined), means, {
    ...{ deadline: Deadline.after(20_000), log: createLog('silent', 'test'), startedAt: 0, onUnfit: unfit },
    news: {
      seated: async () => undefined,
      onAsked: () => undefined,
      onDriven: () => undefined,
      onPageGivenBack: () => undefined,
    },
  });
  await vi.advanceTimersByTimeAsync(20_000 + STUCK_AFTER_MS + 1_000);
  await over;
  expect((await metrics.text()).body).toContain('fleet_attempts_stuck_total 1');
  const told = beats.length;
  expect(told).toBeGreaterThan(STUCK_AFTER_MS / 10_000);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(beats).toHaveLength(told);
  expect(unfit).not.toHaveBeenCalled();
});
