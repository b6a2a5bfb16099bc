import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CaptureYield } from '../../../src/capture/write-up.ts';
import type { Surface } from '../../../src/contract/surface.ts';
import { BrowserPool, type PoolOptions } from '../../../src/fleet/browser-pool.ts';
import { captureOnce } from '../../../src/fleet/capture-once.ts';
import { markedProcesses } from '../../../src/fleet/reaper.ts';
import { ScratchRoot } from '../../../src/fleet/scratch.ts';
import { findBrowser } from '../../../src/platform/browser-binary.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { readConfig } from '../../../src/platform/config.ts';
import { Deadline } from '../../../src/platform/deadline.ts';
import { commandLine } from '../../../src/platform/process-table.ts';
import type { SurfaceStage } from '../../../src/stage/scene.ts';
import { type Stage, startStage } from '../../../src/stage/server.ts';
import { echoSurface } from '../capture/echo-surface.ts';
import { testLog } from '../database.ts';

/** A pool on a stage, without database: captures as a worker makes them, and what they leave behind. */
export interface CaptureWorld {
  pool: BrowserPool;
  stage: Stage;
  root: ScratchRoot;
  capture(query: string, options?: { captureMs?: number; surface?: Surface }): Promise<CaptureYield>;
  /** Processes of this world's browsers that run a page. */
  renderers(): number[];
  /** Processes and folders of this world's browsers that exist now. */
  left(): { processes: number; folders: number };
  close(): Promise<void>;
}

export async function openCaptureWorld(stages: SurfaceStage[], options?: PoolOptions): Promise<CaptureWorld> {
  const stage = await startStage({ stages });
  const dataDir = mkdtempSync(join(tmpdir(), 'fleet-pool-'));
  const { path, binary } = findBrowser(readConfig({}, '/'), 'shell');
  const launch = { executablePath: path, binary, stagePort: stage.port, plugins: [], dataDir, log: testLog };
  const pool = new BrowserPool(launch, systemClock, options);
  const root = new ScratchRoot(dataDir, testLog);
  return {
    pool,
    stage,
    root,
    capture: (query, { captureMs = 20_000, surface = echoSurface() } = {}) =>
      captureOnce(
        { surface, query, region: null, origin: 'stage' },
        { pool, clock: systemClock, captureTimeoutMs: captureMs, egress: {}, profiles: undefined },
        Deadline.after(captureMs + 10_000),
        testLog,
      ),
    renderers: () =>
      markedProcesses(root, root.list(0))
        .map(({ pid }) => pid)
        .filter((pid) => commandLine(pid).includes('--type=renderer')),
    left: () => ({
      processes: markedProcesses(root, root.list(0)).length,
      folders: existsSync(root.path) ? readdirSync(root.path).length : 0,
    }),
    close: async () => {
      await pool.stop();
      await stage.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Waits for a condition of the world outside; bounded, so that a test fails instead of hanging. */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const end = systemClock.monotonic() + 30_000;
  while (!(await condition())) {
    if (systemClock.monotonic() > end) throw new Error(`never came: ${what}`);
    await new Promise((done) => setTimeout(done, 20));
  }
}
