import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type CaptureWork, runAttempt } from '../../../src/fleet/run-attempt.ts';
import { PAGE_STUCK_AFTER_MS, STUCK_AFTER_MS } from '../../../src/fleet/unless-stuck.ts';
import type { WorkerOptions } from '../../../src/fleet/worker-options.ts';
import type { ClaimedChild } from '../../../src/jobs/claim.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { Deadline } from '../../../src/platform/deadline.ts';
import { createLog } from '../../../src/platform/log.ts';
import { createMetrics } from '../../../src/platform/metrics.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const DEADLINE_MS = 20_000;
const never = new Promise<never>(() => undefined);

/** An attempt under way, what it tells, and the beats of its lease. */
function begin(work: CaptureWork) {
  const metrics = createMetrics();
  const beats: number[] = [];
  const touch = async (): Promise<boolean> => beats.push(Date.now()) > 0;
  // What an attempt like this one touches of all that a worker has.
  const means = {
    ...{ clock: systemClock, metrics, heartbeatS: 10, queue: { touch } },
  } as unknown as WorkerOptions;
  const child = { id: 'child', attempt: 1, traceparent: null, lease: {} } as unknown as ClaimedChild;
  const [unfit, pageGivenBack, ended] = [vi.fn(), vi.fn(), vi.fn()];
  const over = runAttempt(child, work, means, {
    ...{ deadline: Deadline.after(DEADLINE_MS), log: createLog('silent', 'test'), startedAt: 0 },
    onUnfit: unfit,
    news: {
      seated: async () => undefined,
      onAsked: () => undefined,
      onDriven: () => undefined,
      onPageGivenBack: pageGivenBack,
    },
  });
  void over.then(ended);
  return { metrics, beats, unfit, pageGivenBack, ended };
}

it.each([
  ['a page in its hands', PAGE_STUCK_AFTER_MS, false],
  ['its page given back', STUCK_AFTER_MS, true],
])(
  'an attempt that never comes back, with %s, is counted, gives its place back, and keeps its lease no longer',
  async (_what, afterMs, withoutPage) => {
    const attempt = begin(async (_child, _deadline, _log, news) => {
      if (withoutPage) news.onPageGivenBack();
      return never;
    });
    await vi.advanceTimersByTimeAsync(DEADLINE_MS + afterMs - 1_000);
    expect(attempt.ended).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(attempt.ended).toHaveBeenCalled();
    expect(attempt.pageGivenBack).toHaveBeenCalled();
    expect((await attempt.metrics.text()).body).toContain('fleet_attempts_stuck_total 1');
    const told = attempt.beats.length;
    expect(told).toBeGreaterThan((DEADLINE_MS + afterMs) / 10_000);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(attempt.beats).toHaveLength(told);
    expect(attempt.unfit).not.toHaveBeenCalled();
  },
);
