import { describe, expect, it } from 'vitest';
import type { Sql } from '../../../src/platform/database.ts';
import { openFleetClock } from '../../../src/platform/fleet-clock.ts';
import { createLog } from '../../../src/platform/log.ts';

const log = createLog('silent', 'test');
const TRUE = 1_800_000_000_000;
const HOUR = 3_600_000;

/** A machine and a database; time passes when the test says so. */
function machine(skewMs: number) {
  const state = { monotonic: 500, skewMs, databaseAt: TRUE, answerMs: 20, down: false };
  const own = { now: () => state.databaseAt + state.skewMs, monotonic: () => state.monotonic };
  const pass = (ms: number): void => {
    state.monotonic += ms;
    state.databaseAt += ms;
  };
  const sql: Sql = {
    query: async () => {
      if (state.down) throw new Error('away');
      pass(state.answerMs / 2);
      const now = String(state.databaseAt);
      pass(state.answerMs / 2);
      return { rows: [{ now }], rowCount: 1 };
    },
  };
  return { state, own, pass, sql };
}

describe("the fleet's clock", () => {
  it.each([HOUR, -HOUR])('is the database’s, whatever the machine’s own says (%d ms off)', async (skewMs) => {
    const { own, pass, sql } = machine(skewMs);
    const clock = await openFleetClock(sql, { log, own });
    expect(clock.now()).toBe(TRUE + 20);
    expect(clock.skewMs).toBe(skewMs);
    pass(5_000);
    expect(clock.now()).toBe(TRUE + 5_020);
    await clock.close();
  });

  it('does not follow a step of the machine’s clock', async () => {
    const { state, own, pass, sql } = machine(0);
    const clock = await openFleetClock(sql, { log, own });
    state.skewMs = HOUR;
    pass(1_000);
    expect(clock.now()).toBe(TRUE + 1_020);
    await clock.close();
  });

  it('keeps up with the database, runs on while it is away, and leaves slow answers aside', async () => {
    const { state, own, pass, sql } = machine(0);
    const clock = await openFleetClock(sql, { log, own, everyMs: 1 });
    state.databaseAt += 300; // The database's clock was put right, or ours drifted.
    await expect.poll(() => clock.now() - state.databaseAt).toBe(0);
    state.down = true;
    pass(10_000);
    expect(clock.now()).toBe(state.databaseAt);
    state.down = false;
    state.answerMs = 5_000;
    const looked = state.monotonic;
    await expect.poll(() => state.monotonic).toBeGreaterThan(looked);
    expect(Math.abs(clock.now() - state.databaseAt)).toBeLessThanOrEqual(1);
    await clock.close();
  });

  it('is not opened without a database', async () => {
    const { state, own, sql } = machine(0);
    state.down = true;
    await expect(openFleetClock(sql, { log, own })).rejects.toThrow('away');
  });
});
