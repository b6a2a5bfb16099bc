import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

/** API processes on one database, each with a port of its own that it keeps over restarts. */
export class ApiProcesses {
  readonly #databaseUrl: string;
  readonly #dataDir = mkdtempSync(join(tmpdir(), 'fleet-apis-'));
  readonly #running = new Map<number, ChildProcess>();

  readonly #given: { settings?: Readonly<Record<string, string>>; onLog?: (text: string) => void };

  /** `onLog` hears what they log, which else goes to this process's stderr. */
  constructor(
    databaseUrl: string,
    given: { settings?: Readonly<Record<string, string>>; onLog?: (text: string) => void } = {},
  ) {
    this.#databaseUrl = databaseUrl;
    this.#given = given;
  }

  /** Starts one; tells its port. */
  async start(port?: number): Promise<number> {
    const own = port ?? (await freePort());
    const api = spawn(process.execPath, ['src/cli.ts', 'api'], {
      cwd: ROOT,
      env: {
        ...{ PATH: process.env.PATH, DATABASE_URL: this.#databaseUrl, PORT: String(own) },
        ...{ FLEET_ORIGIN: 'stage', FLEET_DATA_DIR: this.#dataDir, FLEET_LOG_LEVEL: 'error' },
        ...{ FLEET_RATE_LIMIT: '10000000', FLEET_QUEUE_LIMIT: '1000000', FLEET_QUEUE_LIMIT_TOTAL: '1000000' },
        ...this.#given.settings,
      },
      stdio: ['ignore', 'pipe', this.#given.onLog === undefined ? 'inherit' : 'pipe'],
    });
    api.stderr?.on('data', (data: Buffer) => this.#given.onLog?.(data.toString()));
    this.#running.set(own, api);
    await new Promise<void>((ready, failed) => {
      api.once('exit', (code) => failed(new Error(`the API ended with ${code} before it listened`)));
      api.stdout?.on('data', (data: Buffer) => data.toString().includes('listening on') && ready());
    });
    return own;
  }

  /** Ends one as a power cut would. */
  async kill(port: number): Promise<void> {
    const api = this.#running.get(port);
    this.#running.delete(port);
    if (api === undefined || api.exitCode !== null) return;
    api.kill('SIGKILL');
    await once(api, 'exit');
  }

  async close(): Promise<void> {
    for (const port of [...this.#running.keys()]) await this.kill(port);
    rmSync(this.#dataDir, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
