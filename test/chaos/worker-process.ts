import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

/** A worker in a process of its own, warm and fetching. */
export async function startWorkerProcess(
  databaseUrl: string,
  dataDir: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<ChildProcess> {
  const worker = spawn(process.execPath, ['src/cli.ts', 'worker'], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: databaseUrl,
      FLEET_ORIGIN: 'stage',
      FLEET_DATA_DIR: dataDir,
      FLEET_RETRY_DELAY_S: '0',
      FLEET_CAPTURE_TIMEOUT_MS: '60000',
      FLEET_LOG_LEVEL: 'fatal',
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((ready, failed) => {
    worker.once('exit', (code) => failed(new Error(`the worker ended with ${code} before it was ready`)));
    worker.stdout?.on('data', (data: Buffer) => data.toString().includes('worker ready') && ready());
  });
  return worker;
}

/** Exit code of a process, or the signal that ended it; also when it ended before. */
export async function ended(worker: ChildProcess): Promise<number | string> {
  if (worker.exitCode === null && worker.signalCode === null) await once(worker, 'exit');
  return worker.exitCode ?? worker.signalCode ?? 'unknown';
}
