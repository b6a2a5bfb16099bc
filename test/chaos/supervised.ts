import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ended } from './worker-process.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const RESTART_MS = 1_000;

export interface SupervisedOptions {
  name: string;
  /** Arguments of `fleet`, and the line that says that it is ready. */
  command: string;
  ready: string;
  environment: Readonly<Record<string, string>>;
  /** Tree of another version that runs; such a process has the true time. */
  tree?: string | undefined;
  /** File that holds this process's clock error in milliseconds. */
  clockFile: string;
  onLog: (line: string) => void;
}

/**
 * A process of the fleet under something like systemd: started again when it ends, unless it was told to; killed, frozen
 * and given a wrong clock on demand. An end that nobody caused is noted in `deaths`.
 */
export class Supervised {
  readonly name: string;
  readonly deaths: string[] = [];
  readonly #options: SupervisedOptions;
  #process: ChildProcess | undefined;
  #wanted = false;
  #wasReady = false;
  #loop: Promise<void> | undefined;

  constructor(options: SupervisedOptions) {
    this.name = options.name;
    this.#options = options;
    this.setClock(0);
  }

  get pid(): number | undefined {
    return this.#process?.exitCode === null && this.#process.signalCode === null
      ? this.#process.pid
      : undefined;
  }

  /** Whether it runs and has said that it is ready. */
  get ready(): boolean {
    return this.#wasReady && this.pid !== undefined;
  }

  /** Starts it; resolves when it was ready for the first time. */
  async start(): Promise<void> {
    this.#wanted = true;
    const { promise, resolve: ready } = Promise.withResolvers<void>();
    this.#loop = this.#supervise(ready);
    await promise;
  }

  /** Ends it as a power cut would; it stays down until `start`. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Asks it to end; tells how it did. */
  async stop(): Promise<number | string> {
    return this.#end('SIGTERM');
  }

  signal(signal: NodeJS.Signals): void {
    if (this.pid !== undefined) this.#process?.kill(signal);
  }

  /** Moves the process's clock to so many milliseconds from the true one, while it runs. */
  setClock(skewMs: number): void {
    writeFileSync(this.#options.clockFile, String(skewMs));
    this.signal('SIGUSR2');
  }

  async #end(signal: NodeJS.Signals): Promise<number | string> {
    this.#wanted = false;
    this.signal(signal);
    const end = this.#process === undefined ? 0 : await ended(this.#process);
    await this.#loop;
    return end;
  }

  async #supervise(ready: () => void): Promise<void> {
    while (this.#wanted) {
      const child = this.#spawn();
      this.#process = child;
      this.#wasReady = false;
      child.stdout?.on('data', (data: Buffer) => {
        if (!data.toString().includes(this.#options.ready)) return;
        this.#wasReady = true;
        ready();
      });
      const end = await ended(child);
      if (!this.#wanted) break;
      if (this.#wasReady) this.deaths.push(`${this.name} ended by itself with ${end}`);
      await pause(RESTART_MS);
    }
    ready(); // Whoever waits for a start that was called off must not wait for ever.
  }

  #spawn(): ChildProcess {
    const { command, environment, clockFile, onLog, tree } = this.#options;
    const preload = tree === undefined ? ['--import', resolve(import.meta.dirname, 'preload.ts')] : [];
    const child = spawn(process.execPath, [...preload, 'src/cli.ts', command], {
      cwd: tree ?? ROOT,
      env: { PATH: process.env.PATH, CHAOS_CLOCK_FILE: clockFile, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout?.on('data', (data: Buffer) => onLog(data.toString()));
    child.stderr?.on('data', (data: Buffer) => onLog(data.toString()));
    return child;
  }
}
