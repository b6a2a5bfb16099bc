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
  dataDir = mkdtempSync(join(tmpdir(), 'fleet-accounts-'));
});
afterAll(async () => {
  await fresh.drop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function accounts(...args: string[]): Promise<string> {
  const env = { PATH: process.env.PATH, DATABASE_URL: fresh.url, FLEET_DATA_DIR: dataDir };
  const { stdout } = await run(process.execPath, ['src/cli.ts', 'accounts', ...args], { cwd: ROOT, env });
  return stdout.trim();
}

describe('fleet accounts', () => {
  it('grants credits to the hundredth, and prints whole ones as whole', async () => {
    const id = await accounts('create', 'a tenant', '--credits', '4.99');
    expect(await accounts('credits', 'grant', id, '0.01')).toBe(`${id} has 5 credits`);
    expect(await accounts('credits', 'grant', '--', id, '-0.30')).toBe(`${id} has 4.7 credits`);
    const listed = JSON.parse(await accounts('list', '--json'));
    expect(listed).toContainEqual(expect.objectContaining({ id, credits: 4.7, reserved: 0 }));
    await expect(accounts('credits', 'grant', id, '0.001')).rejects.toMatchObject({
      stderr: expect.stringContaining('two decimals at most'),
    });
    await expect(accounts('credits', 'grant', '--', id, '-4.71')).rejects.toMatchObject({
      stderr: expect.stringContaining('-4.71 cannot be granted: 4.7 credits are free'),
    });
  }, 120_000);
});
