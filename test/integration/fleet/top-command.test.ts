import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFleetView } from '../../../src/fleet/fleet-view.ts';
import { enter } from '../../../src/fleet/presence.ts';
import { submit } from '../../../src/jobs/submit.ts';
import { testLog } from '../database.ts';
import { claimed, context, finishNext, type JobsWorld, openJobsWorld, request } from '../jobs/jobs-world.ts';
import { silentProxy } from '../silent-proxy.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const run = promisify(execFile);

let world: JobsWorld;
let dataDir: string;
beforeAll(async () => {
  world = await openJobsWorld();
  dataDir = mkdtempSync(join(tmpdir(), 'fleet-top-'));
});
afterAll(async () => {
  await world.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const environment = () => ({ PATH: process.env.PATH, DATABASE_URL: world.url, FLEET_DATA_DIR: dataDir });
const top = async (...args: string[]): Promise<string> =>
  (await run(process.execPath, ['src/cli.ts', 'top', ...args], { cwd: ROOT, env: environment() })).stdout;

describe('fleet top', () => {
  it('given a worker with one capture, one that waits and one that ended: shows all of it', async () => {
    const card = {
      id: 'worker-1',
      host: 'alpha',
      pid: 7,
      slots: 4,
      surfaces: ['chatgpt'],
      origin: 'stage' as const,
    };
    const presence = await enter(world.db, card, Date.now(), testLog);
    for (let index = 0; index < 3; index++) await submit(world.db, world.queue, request(), context());
    await finishNext(world);
    await claimed(world, { workerId: 'worker-1' });
    const view = JSON.parse(await top('--once', '--json'));
    expect(view).toMatchObject({
      workers: [{ id: 'worker-1', slots: 4, busy: 1 }],
      queues: [{ surface: 'chatgpt', queued: 1, processing: 1 }],
      endsPerMinute: [{ surface: 'chatgpt', end: 'answered', count: 1 }],
    });
    expect(await top('--once')).toMatch(/workers 1 {2}slots 1\/4 {2}queued 1/);
    await presence.leave();
  });

  it('given a worker whose machine carries less than its slots: shows its limit, as it is now', async () => {
    let limit = 4;
    const card = {
      ...{ id: 'worker-2', host: 'beta', pid: 8, slots: 4, surfaces: ['chatgpt'], origin: 'stage' as const },
      slotLimit: () => limit,
    };
    const presence = await enter(world.db, card, Date.now(), testLog);
    const shown = async (): Promise<unknown> =>
      (await readFleetView(world.db, Date.now())).workers.map(({ id, slots, slotLimit }) => [
        id,
        slots,
        slotLimit,
      ]);
    expect(await shown()).toEqual([['worker-2', 4, 4]]);
    limit = 2;
    await expect.poll(shown, { timeout: 20_000 }).toEqual([['worker-2', 4, 2]]);
    expect(JSON.parse(await top('--once', '--json')).workers).toMatchObject([{ slots: 4, slotLimit: 2 }]);
    expect(await top('--once')).toContain('0/4  limit 2  beta:8');
    await presence.leave();
  });

  it('given no terminal: looks again and again without control characters, and ends at once when asked', async () => {
    const child = spawn(process.execPath, ['src/cli.ts', 'top', '--interval', '0.2'], {
      ...{ cwd: ROOT, env: environment() },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.on('data', (data: Buffer) => {
      text += data.toString();
    });
    await expect.poll(() => text.split('capture fleet').length, { timeout: 30_000 }).toBeGreaterThan(2);
    child.kill('SIGINT');
    await once(child, 'exit');
    expect(child.exitCode).toBe(0);
    expect(text).not.toContain('\u001b');
  });

  it('given a database that goes away while it looks: says so, and shows the fleet again when it is back', async () => {
    const proxy = await silentProxy(new URL(world.url));
    const child = spawn(process.execPath, ['src/cli.ts', 'top', '--interval', '0.2'], {
      ...{ cwd: ROOT, env: { ...environment(), DATABASE_URL: proxy.url } },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    child.stdout.on('data', (data: Buffer) => {
      text += data.toString();
    });
    let said = '';
    child.stderr.on('data', (data: Buffer) => {
      said += data.toString();
    });
    try {
      await expect.poll(() => text, { timeout: 30_000 }).toContain('capture fleet');
      proxy.refuse();
      await expect.poll(() => said, { timeout: 30_000 }).toContain('the database is not available');
      const away = text.length;
      await proxy.accept();
      await expect.poll(() => text.slice(away), { timeout: 30_000 }).toContain('capture fleet');
      child.kill('SIGINT');
      await once(child, 'exit');
      expect(child.exitCode).toBe(0);
    } finally {
      child.kill('SIGKILL');
      proxy.close();
    }
  });

  it('given an interval that is none: says what it must be', async () => {
    await expect(top('--interval', '0')).rejects.toMatchObject({ code: 2 });
  });
});
