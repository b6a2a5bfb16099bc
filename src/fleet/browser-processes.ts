import type { CDPSession } from 'playwright';
import { z } from 'zod';
import { memoryOf, type ProcessEntry, readProcess } from '../platform/process-table.ts';

/** One process of a browser, by what it does there: `browser`, `renderer`, `GPU`, … */
export interface ToldProcess {
  type: string;
  pid: number;
}

/** Memory of a browser, bytes. */
export interface BrowserMemory {
  /** What its processes use alone, and once what they share: close to PSS at a tenth of its price. */
  bytes: number;
  renderers: { process: ProcessEntry; bytes: number }[];
}

const answerSchema = z.object({ processInfo: z.array(z.object({ type: z.string(), id: z.number() })) });

/**
 * Asks a browser for its processes (DevTools protocol, `SystemInfo.getProcessInfo`, browser sessions only, 2026-11); its
 * zygotes, whose memory is nearly all shared, are not among them. The caller runs it under its Deadline.
 */
export async function askProcesses(session: CDPSession): Promise<ToldProcess[]> {
  const { processInfo } = answerSchema.parse(await session.send('SystemInfo.getProcessInfo'));
  return processInfo.map(({ type, id }) => ({ type, pid: id }));
}

/**
 * The processes a browser last told, to be looked at without reading the machine's whole process table each second and
 * also while the browser does not answer. Each is named by its start, so that a number given to somebody else is not
 * taken for it.
 */
export class BrowserProcesses {
  readonly #known = new Map<number, { process: ProcessEntry; type: string }>();

  /** Takes over what the browser told. True when a process is new. */
  learn(told: readonly ToldProcess[]): boolean {
    const pids = new Set(told.map(({ pid }) => pid));
    for (const pid of this.#known.keys()) if (!pids.has(pid)) this.#known.delete(pid);
    let grew = false;
    for (const { pid, type } of told) {
      const process = this.#known.get(pid)?.type === type ? undefined : readProcess(pid);
      if (process === undefined) continue;
      this.#known.set(pid, { process, type });
      grew = true;
    }
    return grew;
  }

  /** What turned out to be another process; it is learnt anew when the browser tells it again. */
  forget({ pid }: ProcessEntry): void {
    this.#known.delete(pid);
  }

  /** What they use now; zero where processes cannot be looked at. */
  memory(): BrowserMemory {
    let alone = 0;
    let together = 0;
    const renderers: BrowserMemory['renderers'] = [];
    for (const { process, type } of this.#known.values()) {
      const memory = memoryOf(process.pid);
      alone += memory.private;
      together = Math.max(together, memory.shared);
      if (type === 'renderer') renderers.push({ process, bytes: memory.private });
    }
    return { bytes: alone + together, renderers };
  }
}
