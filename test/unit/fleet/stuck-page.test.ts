import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Surface } from '../../../src/contract/surface.ts';
import { type CaptureSeat, captureOnce } from '../../../src/fleet/capture-once.ts';
import { newFleetCounters } from '../../../src/fleet/fleet-counters.ts';
import { PageLoads } from '../../../src/fleet/page-loads.ts';
import { PAGE_STUCK_AFTER_MS, StuckError } from '../../../src/fleet/unless-stuck.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { Deadline } from '../../../src/platform/deadline.ts';
import { createLog } from '../../../src/platform/log.ts';
import { echoSurface } from '../../integration/capture/echo-surface.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const DEADLINE_MS = 30_000;

/** A page that looks like one as far as nobody asks it anything, in a pool that hands out no other. */
function seatWith(release: (healthy: boolean) => Promise<void>): CaptureSeat {
  const context = Object.assign(new EventEmitter(), { browser: () => null });
  const page = Object.assign(new EventEmitter(), { context: () => context, url: () => 'about:blank' });
  const recorder = { begin: () => undefined, finish: () => [] };
  const leased = {
    ready: { page, recorder, cdp: {}, browser: {} },
    ...{ loads: new PageLoads(), prepareNext: () => undefined, release },
  };
  const pool = { hasAhead: () => false, acquire: async () => leased, counters: newFleetCounters() };
  const seat = { pool, clock: systemClock, captureTimeoutMs: 20_000, egress: {}, profiles: undefined };
  return seat as unknown as CaptureSeat;
}

function capture(drive: Surface['drive'], deadline: Deadline) {
  const release = vi.fn(async (_healthy: boolean) => undefined);
  const onPageGivenBack = vi.fn();
  let end: unknown = 'open';
  const asked = { surface: echoSurface({ drive }), query: 'q', region: null, origin: 'stage' } as const;
  const log = createLog('silent', 'test');
  captureOnce(asked, seatWith(release), deadline, log, { onPageGivenBack }).then(
    () => (end = 'captured'),
    (error: unknown) => (end = error),
  );
  return { release, onPageGivenBack, ended: () => end };
}

describe('a page with a step that never returns', () => {
  it.each([
    ['its deadline', false],
    ['it was called off', true],
  ])('is given back, as a sick one, within 10 s of %s', async (_when, calledOff) => {
    const deadline = Deadline.after(calledOff ? 1e9 : DEADLINE_MS);
    const capturing = capture(() => new Promise(() => undefined), deadline);
    await vi.advanceTimersByTimeAsync(DEADLINE_MS);
    if (calledOff) deadline.abort(new Error('the worker stops'));
    expect(capturing.release).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(PAGE_STUCK_AFTER_MS + 1_000);
    expect(capturing.release.mock.calls).toEqual([[false]]);
    expect(capturing.onPageGivenBack).toHaveBeenCalledTimes(1);
    expect(capturing.ended()).toBeInstanceOf(StuckError);
  });

  it('that is called off and listens is given back at once', async () => {
    const deadline = Deadline.after(DEADLINE_MS);
    const listens = (): Promise<void> => deadline.run('step', () => new Promise(() => undefined));
    const capturing = capture(listens, deadline);
    await vi.advanceTimersByTimeAsync(1_000);
    deadline.abort(new Error('the worker stops'));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(capturing.release.mock.calls).toEqual([[false]]);
    expect(capturing.onPageGivenBack).toHaveBeenCalledTimes(1);
    expect(capturing.ended()).toEqual(new Error('the worker stops'));
  });
});
