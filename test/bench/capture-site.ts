import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CaptureYield } from '../../src/capture/write-up.ts';
import { openCaptureSite } from '../../src/cli/capture-site.ts';
import type { Outcome } from '../../src/contract/outcome.ts';
import type { Surface } from '../../src/contract/surface.ts';
import { type CaptureSeat, captureOnce } from '../../src/fleet/capture-once.ts';
import { readCapture } from '../../src/fleet/read-capture.ts';
import { type MarkedProcess, markedProcesses } from '../../src/fleet/reaper.ts';
import { ScratchRoot } from '../../src/fleet/scratch.ts';
import { readConfig } from '../../src/platform/config.ts';
import { Deadline } from '../../src/platform/deadline.ts';
import { createLog } from '../../src/platform/log.ts';
import { memoryOf } from '../../src/platform/process-table.ts';

/** A pool on the stage, without database: what a bench of captures needs. */
export interface BenchSite {
  pool: CaptureSeat['pool'];
  /** One capture; its outcome, or null when it was answered. */
  capture(surface: Surface, query: string, timeoutMs?: number): Promise<string | null>;
  /** One capture, read; what came of it. */
  outcome(surface: Surface, query: string): Promise<Outcome>;
  /** Processes of its browsers. */
  processes(): number;
  /** Memory of all browsers of this site, bytes: what each process has alone, and once per browser what is shared. */
  browserBytes(): number;
  close(): Promise<void>;
}

export async function openBenchSite(): Promise<BenchSite> {
  const dataDir = mkdtempSync(join(tmpdir(), 'fleet-bench-'));
  const config = readConfig({ FLEET_ORIGIN: 'stage', FLEET_DATA_DIR: dataDir }, '/');
  const log = createLog('fatal', 'bench');
  const site = await openCaptureSite(config, log);
  await site.seat.pool.start();
  const root = new ScratchRoot(dataDir, log);
  const processes = (): MarkedProcess[] => markedProcesses(root, root.list(0));
  const captured = (surface: Surface, query: string, timeoutMs: number): Promise<CaptureYield> => {
    const seat = { ...site.seat, captureTimeoutMs: timeoutMs };
    const asked = { surface, query, region: null, origin: 'stage' as const };
    return captureOnce(asked, seat, Deadline.after(timeoutMs + 10_000), log);
  };
  return {
    pool: site.seat.pool,
    outcome: async (surface, query) => {
      const { record, thumbnail } = await captured(surface, query, 60_000);
      await thumbnail;
      return readCapture(surface, record).outcome;
    },
    processes: () => processes().length,
    capture: async (surface, query, timeoutMs = 60_000) => {
      const { record } = await captured(surface, query, timeoutMs);
      return record.signals.failure?.message ?? record.signals.wall?.mark ?? null;
    },
    browserBytes: () => {
      const trees = Map.groupBy(processes(), ({ group }) => group);
      return [...trees.values()].reduce((sum, members) => sum + bytesOf(members), 0);
    },
    close: async () => {
      await site.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function bytesOf(members: readonly MarkedProcess[]): number {
  const memories = members.map(({ pid }) => memoryOf(pid));
  return (
    memories.reduce((sum, memory) => sum + memory.private, 0) +
    Math.max(0, ...memories.map(({ shared }) => shared))
  );
}
