import { type ChildProcess, execFile, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { KindMeter, type ProcessKind } from './kind-cpu.ts';
import { treeMemory } from './tree-cost.ts';

const PEERS = join(import.meta.dirname, 'peers');
const INSTALL_MS = 300_000;
/** A look at a contestant's memory takes the kernel 20 ms of CPU and holds up its processes meanwhile. */
const MEMORY_EVERY_MS = 2_000;
const ROUND_MS = 600_000;

/** What all contestants are told; the same page, binary and number at once for each. */
export interface ContestOrder {
  browser: string;
  shell: boolean;
  stagePort: number;
  concurrency: number;
  headers: Record<string, string>;
  url: string;
  query: string;
  composer: string;
  send: string;
  done: string;
  /** Words of the answer; a capture without them is a failed one. */
  proof: string;
  dataDir: string;
}

/** What one round of one contestant cost. */
export interface Round {
  captures: number;
  failed: number;
  wallS: number;
  /**
   * Of the whole process tree: Node, browsers, and the database where there is one. As KindMeter sees it: a browser that is
   * replaced takes the time of its ended processes with it, so the tree's own sum may even fall.
   */
  cpuS: number;
  peakBytes: number;
  memoryKind: 'pss' | 'rss';
  /** The same by kind of process. */
  cpuByKind: Partial<Record<ProcessKind, number>>;
}

const readySchema = z.object({ ready: z.literal(true) });
const tallySchema = z.object({ ok: z.int(), failed: z.int(), firstFailure: z.string().optional() });

/** One contestant in a process of its own, warm and waiting for rounds. */
export class Contestant {
  readonly name: string;
  readonly #process: ChildProcess;

  private constructor(name: string, process: ChildProcess) {
    this.name = name;
    this.#process = process;
  }

  /** Starts a program of this folder (or of `peers/`); resolves when it has made a first capture. */
  static async start(name: string, program: string, order: ContestOrder): Promise<Contestant> {
    const child = fork(join(import.meta.dirname, program), [JSON.stringify(order)]);
    const contestant = new Contestant(name, child);
    readySchema.parse(await contestant.#answer());
    return contestant;
  }

  /** Makes so many captures and tells what they cost. */
  async round(captures: number): Promise<Round> {
    const pid = this.#process.pid ?? 0;
    let peak = treeMemory(pid);
    const look = setInterval(() => {
      const now = treeMemory(pid);
      if (now.bytes > peak.bytes) peak = now;
    }, MEMORY_EVERY_MS);
    const meter = new KindMeter(pid);
    const startedAt = performance.now();
    this.#process.send({ captures });
    const tally = tallySchema.parse(await this.#answer());
    const wallS = (performance.now() - startedAt) / 1_000;
    const cpuByKind = meter.stop();
    const cpuS = Object.values(cpuByKind).reduce((sum, seconds) => sum + seconds, 0);
    clearInterval(look);
    if (tally.firstFailure !== undefined) process.stderr.write(`${this.name}: ${tally.firstFailure}\n`);
    return {
      captures: tally.ok,
      failed: tally.failed,
      ...{ wallS, cpuS, peakBytes: peak.bytes, memoryKind: peak.kind, cpuByKind },
    };
  }

  async stop(): Promise<void> {
    const gone = new Promise((done) => this.#process.once('exit', done));
    this.#process.send({ captures: 0 });
    await gone;
  }

  #answer(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const ended = (code: number | null): void =>
        settle(() => reject(new Error(`${this.name} ended: ${code}`)));
      const told = (message: unknown): void => settle(() => resolve(message));
      const late = setTimeout(() => settle(() => reject(new Error(`${this.name} is silent`))), ROUND_MS);
      const settle = (how: () => void): void => {
        clearTimeout(late);
        this.#process.off('exit', ended).off('message', told);
        how();
      };
      this.#process.once('exit', ended).once('message', told);
    });
  }
}

/** Installs the peers' packages from their lockfile, once. */
export async function installPeers(): Promise<void> {
  if (existsSync(join(PEERS, 'node_modules', '.package-lock.json'))) return;
  process.stderr.write('installing the peers (test/bench/peers, npm ci)\n');
  await promisify(execFile)('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: PEERS,
    timeout: INSTALL_MS,
  });
}
