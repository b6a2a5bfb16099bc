import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FreshDatabase, freshDatabase } from '../database.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const run = promisify(execFile);

let fresh: FreshDatabase;
let dataDir: string;
beforeAll(async () => {
  fresh = await freshDatabase();
  dataDir = mkdtempSync(join(tmpdir(), 'fleet-lanes-'));
});
afterAll(async () => {
  await fresh.drop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function fleet(...args: string[]): Promise<string> {
  const env = { PATH: process.env.PATH, DATABASE_URL: fresh.url, FLEET_DATA_DIR: dataDir };
  const { stdout } = await run(process.execPath, ['src/cli.ts', 'lanes', ...args], { cwd: ROOT, env });
  return stdout;
}

describe('fleet lanes', () => {
  it('closes a lane by hand, tells why, and opens it again', async () => {
    expect(await fleet()).toBe('no lanes used yet\n');
    expect(await fleet('close', 'chatgpt', '--egress', 'de', '--reason', 'site is down')).toBe(
      'closed chatgpt/DE\n',
    );
    expect(await fleet('list')).toMatch(
      /^chatgpt\/DE {2}flowing {2}0 in flight {2}waits: held {2}because: site is down/,
    );
    expect(await fleet('close', 'chatgpt', '--egress', 'de', '--minutes', '5')).toBe('closed chatgpt/DE\n');
    expect(await fleet('list')).toMatch(/waits: held until \d{4}-.*because: closed by hand/);
    expect(await fleet('open', 'chatgpt', '--egress', 'DE')).toBe('opened chatgpt/DE\n');
    const [lane] = JSON.parse(await fleet('list', '--json'));
    expect(lane).toMatchObject({ surface: 'chatgpt', egress: 'DE', phase: 'flowing', waiting: null });
  }, 120_000);

  it('refuses what is no lane, and a lane without limits, with a way out', async () => {
    await expect(fleet('close', 'chatgbt')).rejects.toMatchObject({ code: 2 });
    await expect(fleet('close', 'chatgpt', '--egress', 'mars')).rejects.toMatchObject({ code: 2 });
    await expect(fleet('close', 'chatgpt', '--egress', 'stage')).rejects.toMatchObject({
      ...{ code: 2, stderr: expect.stringContaining('FLEET_LANES') },
    });
  }, 120_000);
});
