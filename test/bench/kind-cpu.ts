import { readFileSync } from 'node:fs';
import { treeMembers } from './tree-cost.ts';

/** What a process of a capture's tree is. */
export type ProcessKind = 'node' | 'browser' | 'renderer' | 'gpu' | 'network' | 'postgres' | 'other';

const LOOK_MS = 100;

/** What a process is, by its command line (arguments NUL or blank between them). Pure. */
export function kindOf(commandLine: string): ProcessKind {
  if (/--type=renderer/.test(commandLine)) return 'renderer';
  if (/--type=gpu-process/.test(commandLine)) return 'gpu';
  if (/--type=utility/.test(commandLine)) return /NetworkService/.test(commandLine) ? 'network' : 'other';
  if (/--type=/.test(commandLine)) return 'other';
  if (/postgres/.test(commandLine)) return 'postgres';
  if (/chrom/i.test(commandLine.split(/[\0 ]/, 1)[0] ?? '')) return 'browser';
  return /node/.test(commandLine) ? 'node' : 'other';
}

/**
 * CPU of a process tree by kind of process, seconds, for as long as it is watched. Looks every 100 ms: what a process used in its
 * last moments before it ended is not seen, so the sum is a little less than the tree's.
 */
export class KindMeter {
  readonly #root: number;
  readonly #kinds = new Map<number, ProcessKind>();
  readonly #first = new Map<number, number>();
  readonly #last = new Map<number, number>();
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(root: number) {
    this.#root = root;
    this.#look(true);
    this.#timer = setInterval(() => this.#look(false), LOOK_MS);
  }

  /** Ends watching. */
  stop(): Partial<Record<ProcessKind, number>> {
    clearInterval(this.#timer);
    this.#look(false);
    const sums: Partial<Record<ProcessKind, number>> = {};
    for (const [pid, last] of this.#last) {
      const kind = this.#kinds.get(pid) ?? 'other';
      sums[kind] = (sums[kind] ?? 0) + last - (this.#first.get(pid) ?? 0);
    }
    return sums;
  }

  #look(isFirst: boolean): void {
    for (const { pid, ownS } of treeMembers(this.#root)) {
      const kind = this.#kinds.get(pid) ?? readKind(pid);
      // Gone between the list and the look; its last figure stands.
      if (kind === undefined) continue;
      this.#kinds.set(pid, kind);
      // Own time only: what ended children used was seen while they ran.
      if (isFirst) this.#first.set(pid, ownS);
      this.#last.set(pid, ownS);
    }
  }
}

function readKind(pid: number): ProcessKind | undefined {
  try {
    return kindOf(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  } catch {
    return undefined;
  }
}
