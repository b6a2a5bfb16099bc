import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { z } from 'zod';

const PROGRAM = join(import.meta.dirname, 'coordinate-workers.ts');
const countsSchema = z.object({
  dispatched: z.int(),
  settled: z.int(),
  refused: z.int(),
  lost: z.int(),
});

export type Counts = z.infer<typeof countsSchema>;

export interface FleetSize {
  processes: number;
  /** How many times faster than real the clock runs. */
  scale: number;
  /** Mean seconds of a capture by that clock. */
  meanS: number;
  /** Connections per process, beside the queue's own and the session lock. */
  connections: number;
}

/** Processes of simulated workers; see coordinate-workers.ts. */
export class SimulatedFleet {
  readonly #processes: ChildProcess[];
  readonly #counts = new Map<ChildProcess, Counts>();
  /** Set when a process ended by itself: its figures would be half. */
  #failed = false;

  constructor(url: string, { processes, scale, meanS, connections }: FleetSize) {
    const given = [url, String(scale), String(meanS), String(connections)];
    this.#processes = Array.from({ length: processes }, () => fork(PROGRAM, given));
    for (const child of this.#processes) {
      child.on('message', (message) => this.#counts.set(child, countsSchema.parse(message)));
      child.on('exit', (code) => {
        if (code !== 0) this.#failed = true;
      });
    }
  }

  /** Sums over all processes, at most half a second old. Throws when one has died. */
  get counts(): Counts {
    if (this.#failed) throw new Error('a process of simulated workers died');
    const sum = { dispatched: 0, settled: 0, refused: 0, lost: 0 };
    for (const one of this.#counts.values())
      for (const key of countsSchema.keyof().options) sum[key] += one[key];
    return sum;
  }

  /** Brings the fleet to so many workers; it never shrinks. */
  grow(workers: number): void {
    const each = Math.ceil(workers / this.#processes.length);
    for (const child of this.#processes) child.send({ workers: each });
  }

  /** Lets all workers finish what they hold. */
  async stop(): Promise<void> {
    const ended = this.#processes.map((child) => once(child, 'exit'));
    for (const child of this.#processes) child.send({ stop: true });
    await Promise.all(ended);
  }
}
