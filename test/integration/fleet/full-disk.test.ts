import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { echoSurface } from '../capture/echo-surface.ts';
import { echoStage } from '../stage/echo-stage.ts';
import { openWorkerWorld, type WorkerWorld } from '../worker-world.ts';

const PATIENCE_MS = 60_000;
const DISK_BYTES = 2_000_000;
/** Room for a small file, none for a picture. */
const ROOM_BYTES = 8_192;

const mount = (...args: string[]): boolean => spawnSync('mount', args).status === 0;

/** Whether this process may mount a small disk: root, outside of most containers. */
function mayMount(): boolean {
  const place = mkdtempSync(join(tmpdir(), 'fleet-mount-'));
  const could = mount('-t', 'tmpfs', '-o', 'size=64k', 'fleet-test', place);
  if (could) spawnSync('umount', [place]);
  rmdirSync(place);
  return could;
}

const possible = process.platform === 'linux' && mayMount();
if (!possible) process.stdout.write('full disk: not run, no disk of our own can be mounted here\n');

let world: WorkerWorld;
let disk: string;
beforeEach(async () => {
  if (!possible) return;
  world = await openWorkerWorld({
    surfaces: [echoSurface()],
    stages: [echoStage()],
    captureTimeoutMs: 60_000,
  });
  disk = join(world.dataDir, 'artifacts');
  mkdirSync(disk, { recursive: true });
  if (!mount('-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'fleet-test', disk)) throw new Error('no disk');
});
afterEach(async () => {
  if (!possible) return;
  spawnSync('umount', ['--lazy', disk]);
  await world.close();
});

/** Submits a search and waits until a capture of it was made and given back because its proof has no place. */
async function givenBack(): Promise<Awaited<ReturnType<WorkerWorld['submit']>>['jobId']> {
  const submitted = await world.submit('hello');
  const asked = (): number => world.stage.requests().filter(({ path }) => path === '/answer').length;
  await expect.poll(asked, { timeout: PATIENCE_MS }).toBeGreaterThan(0);
  const [childId = ''] = submitted.children;
  const job = async (): Promise<unknown> => (await world.envelope(childId)).job;
  await expect.poll(job, { timeout: PATIENCE_MS }).toMatchObject({ status: 'queued', attempts: 0 });
  return submitted.jobId;
}

async function expectCompleted(jobId: Awaited<ReturnType<typeof givenBack>>): Promise<void> {
  const [envelope] = await world.ended(jobId, PATIENCE_MS);
  expect(envelope?.job).toMatchObject({ status: 'completed', attempts: 1 });
  const { artifacts } = envelope?.job ?? {};
  await world.store.get(artifacts?.rawKey ?? '', artifacts?.rawSha256);
  await world.store.get(artifacts?.screenshotKey ?? '', artifacts?.screenshotSha256);
  const { rows } = await world.fresh.db.query(`SELECT 1 FROM fleet.ledger_entry WHERE kind = 'settle'`);
  expect(rows).toHaveLength(1);
}

describe.skipIf(!possible)('a disk for proof', () => {
  it('that is full keeps the child waiting, uncounted, and nothing half-written; with room again it completes', async () => {
    const filler = join(disk, 'filler');
    writeFileSync(filler, Buffer.alloc(DISK_BYTES - (DISK_BYTES % 4_096) - ROOM_BYTES));
    await world.worker({ slots: 1 });
    const jobId = await givenBack();
    const names = await readdir(disk, { recursive: true });
    expect(names.filter((name) => name.endsWith('.partial'))).toEqual([]);
    rmSync(filler);
    await expectCompleted(jobId);
  }, 180_000);

  it('that became read-only keeps the child waiting; writable again it completes', async () => {
    expect(mount('-o', 'remount,ro', disk)).toBe(true);
    await world.worker({ slots: 1 });
    const jobId = await givenBack();
    expect(mount('-o', 'remount,rw', disk)).toBe(true);
    await expectCompleted(jobId);
  }, 180_000);
});
