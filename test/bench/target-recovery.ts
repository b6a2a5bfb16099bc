import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ended, startWorkerProcess } from '../chaos/worker-process.ts';
import { percentile, spread } from './figures.ts';
import { openTargetWorld } from './target-world.ts';
import { cpuOfStat } from './tree-cost.ts';

/** Into a capture, when its page is under way. */
const INTO_MS = 600;

/** Rows e and e2: a signal to the browser in the middle of a capture → the next navigation on that worker. One slot. */
export async function measureBrowserLoss(
  signal: 'SIGKILL' | 'SIGSTOP',
  rounds: number,
  browser?: string,
): Promise<Record<string, unknown>> {
  const world = await openTargetWorld({ slots: 1, browser });
  try {
    await world.submit('[scene:viewport] sim', 1);
    await world.ended(1);
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const began = performance.now();
      await world.submit('[scene:viewport] sim', 2);
      await world.nextDispatch(began);
      await new Promise((done) => setTimeout(done, INTO_MS));
      const struckAt = performance.now();
      for (const pid of world.pool.pids) process.kill(pid, signal);
      times.push((await world.nextDispatch(struckAt)) - struckAt);
      await world.ended(1 + 2 * (round + 1));
    }
    const again = world.finished.filter(({ settled }) => !settled).length;
    return { ...spread(times), max: Math.round(Math.max(...times)), attemptsRepeated: again };
  } finally {
    await world.close();
  }
}

/** Where npm's commands keep compiled code (setup/launch.mjs). */
const COMPILED = { NODE_COMPILE_CACHE: resolve(import.meta.dirname, '../../node_modules/.cache/fleet') };

/**
 * Row e3: `fleet worker` started on a migrated database → its line that it is ready, browser and first page included. `cpuMs`
 * is what the worker's own process used until then, which says more than the time on a busy machine.
 */
export async function measureColdStart(rounds: number): Promise<Record<string, unknown>> {
  const world = await openTargetWorld({ slots: 1 });
  const dataDir = mkdtempSync(join(tmpdir(), 'fleet-bench-'));
  try {
    const [times, cpu]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      const began = performance.now();
      const worker = await startWorkerProcess(world.databaseUrl, dataDir, COMPILED);
      times.push(performance.now() - began);
      cpu.push(cpuOfStat(readFileSync(`/proc/${worker.pid}/stat`, 'utf8'), 'own') * 1_000);
      worker.kill('SIGTERM');
      await ended(worker);
    }
    return { ...spread(times), cpuMs: Math.round(percentile(cpu, 50)) };
  } finally {
    await world.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}
