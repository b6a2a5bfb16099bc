import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { freshDatabase } from './database.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);

/** `fleet` as its user calls it, on a database and a data folder of its own. */
export interface CommandWorld {
  /** What a command printed; rejects with its output when it ended badly. */
  fleet(...args: readonly string[]): Promise<string>;
  close(): Promise<void>;
}

export async function openCommandWorld(): Promise<CommandWorld> {
  const fresh = await freshDatabase();
  const dataDir = mkdtempSync(join(tmpdir(), 'fleet-command-'));
  const env = { PATH: process.env.PATH, DATABASE_URL: fresh.url, FLEET_DATA_DIR: dataDir };
  return {
    fleet: async (...args) => {
      const { stdout } = await run(process.execPath, ['src/cli.ts', ...args], { cwd: ROOT, env });
      return stdout;
    },
    close: async () => {
      await fresh.drop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
