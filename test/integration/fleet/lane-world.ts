import { LaneGate } from '../../../src/fleet/lane-gate.ts';
import { Lanes } from '../../../src/fleet/lanes.ts';
import type { Worker } from '../../../src/fleet/worker.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { readConfig } from '../../../src/platform/config.ts';
import { testLog } from '../database.ts';
import type { WorkerWorld } from '../worker-world.ts';

/** A clock for lanes that only the test moves. */
export class TestClock {
  #now = Date.UTC(2026, 10, 23, 12);

  now(): number {
    return this.#now;
  }

  advance(ms: number): void {
    this.#now += ms;
  }
}

/** `FLEET_LANES` as read from the environment. */
export function setting(text: string) {
  return readConfig({ FLEET_LANES: text }, '/').lanes;
}

/** Workers with a gate each, on the stage's lanes, as processes of their own would have. */
export async function lanedWorkers(
  world: WorkerWorld,
  options: { count: number; slots: number; lanes: string; clock?: TestClock },
): Promise<{ workers: Worker[]; lanes: Lanes }> {
  const { db } = world.fresh;
  const { clock } = options;
  const lanes = new Lanes({
    db,
    setting: setting(options.lanes),
    random: () => 0,
    ...(clock === undefined ? {} : { clock }),
  });
  const workers: Worker[] = [];
  for (let index = 0; index < options.count; index++) {
    const exits = { onlyStage: false, egress: {} };
    const gate = new LaneGate({ db, lanes, exits, workerId: `worker-${index + 1}`, log: testLog });
    workers.push(await world.worker({ slots: options.slots, gate }));
  }
  return { workers, lanes };
}

/** Waits until something holds. */
export async function until(condition: () => boolean | Promise<boolean>, what = 'it'): Promise<void> {
  const end = systemClock.monotonic() + 60_000;
  while (!(await condition())) {
    if (systemClock.monotonic() > end) throw new Error(`${what} never came`);
    await new Promise((done) => setTimeout(done, 20));
  }
}
