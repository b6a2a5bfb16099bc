import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newFleetCounters } from '../../../src/fleet/fleet-counters.ts';
import { reapOnce } from '../../../src/fleet/reaper.ts';
import { formatMark, MARK_SWITCH } from '../../../src/fleet/scratch.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { HAS_PROCESS_TABLE, readProcess } from '../../../src/platform/process-table.ts';
import { testLog } from '../database.ts';
import { echoStage } from '../stage/echo-stage.ts';
import { type CaptureWorld, openCaptureWorld, until } from './capture-world.ts';

const SLEEP = 'setTimeout(() => undefined, 120_000)';

let world: CaptureWorld;
const started: ChildProcess[] = [];

beforeEach(async () => {
  world = await openCaptureWorld([echoStage()]);
});
afterEach(async () => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  await world.close();
});

/** A process that stands for a browser: it carries a mark, and is the leader of a group of its own. */
function stray(mark: string): number {
  const child = spawn(process.execPath, ['-e', SLEEP, '--', `${MARK_SWITCH}=${mark}`], {
    ...{ detached: true, stdio: 'ignore' },
  });
  started.push(child);
  return child.pid ?? 0;
}

/** The mark of a browser whose owner died: no process has this pid and start. */
function deadMark(serial: number): string {
  return formatMark({ ...world.root.owner, startTicks: 1, serial });
}

function folderOf(id: string): string {
  const folder = join(world.root.path, id);
  mkdirSync(join(folder, 'profile'), { recursive: true });
  return folder;
}

const reap = () => reapOnce(world.root, newFleetCounters(), systemClock, testLog);

describe.runIf(HAS_PROCESS_TABLE)('the reaper on this machine', () => {
  it('ends the browser of a dead worker and deletes its folder; other fleets’ browsers live on', async () => {
    const id = deadMark(1);
    const folder = folderOf(id);
    const orphan = stray(`${world.root.fleet}.${id}`);
    const foreign = stray(`other1.${id}`);
    expect(await reap()).toEqual({ processes: 1, folders: 1 });
    await until(() => readProcess(orphan) === undefined, 'the end of the orphan');
    expect(readProcess(foreign)).toBeDefined();
    expect(existsSync(folder)).toBe(false);
  });

  it('finds the children of a browser that is gone by the process group its folder notes', async () => {
    const id = deadMark(2);
    const folder = folderOf(id);
    const child = spawn(process.execPath, ['-e', SLEEP], { detached: true, stdio: 'ignore' });
    started.push(child);
    const group = child.pid ?? 0;
    const leaderStart = readProcess(group)?.startTicks;
    writeFileSync(join(folder, 'tree.json'), JSON.stringify({ group, leaderStart }));
    expect(await reap()).toEqual({ processes: 1, folders: 1 });
  });

  it('is not led to a stranger by a note whose process group was given out again', async () => {
    const folder = folderOf(deadMark(3));
    const stranger = spawn(process.execPath, ['-e', SLEEP], { detached: true, stdio: 'ignore' });
    started.push(stranger);
    const group = stranger.pid ?? 0;
    writeFileSync(join(folder, 'tree.json'), JSON.stringify({ group, leaderStart: 1 }));
    expect(await reap()).toEqual({ processes: 0, folders: 1 });
    expect(readProcess(group)).toBeDefined();
  });

  it('leaves the browsers that captures of this process use alone, and finds nothing in a healthy pool', async () => {
    await world.capture('hello');
    expect(await reap()).toEqual({ processes: 0, folders: 0 });
    const { record } = await world.capture('hello again');
    expect(record.signals.failure).toBeNull();
  });
});
