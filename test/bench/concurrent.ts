import { print } from './figures.ts';
import type { ProcessKind } from './kind-cpu.ts';
import { type KindMemory, memoryByKind } from './kind-memory.ts';
import { togetherScene } from './long-answers.ts';
import { option } from './options.ts';
import { openTargetWorld, type TargetWorld } from './target-world.ts';

const LEVELS = '1,8,32,64';
const CAPTURE_MS = 250_000;
const LOOK_MS = 1_000;
const MB = 1024 * 1024;

interface Peak {
  pages: number;
  bytes: number;
  kinds: Partial<Record<ProcessKind, KindMemory>>;
}

/**
 * Memory per additional waiting capture: a worker with so many slots is asked for so many captures in the same moment; their
 * answers stream until all of them do, and then for 20 s. What a level costs beyond the first (browsers and Node: PSS, so
 * what is shared counts once), divided by the captures added. Options: `--levels`, `--browser PATH` of a full Chromium.
 */
export async function benchConcurrent(): Promise<void> {
  const browser = option('browser', '') || undefined;
  let alone: Peak | undefined;
  for (const level of option('levels', LEVELS).split(',').map(Number)) {
    const world = await openTargetWorld({ slots: level, browser, captureTimeoutMs: CAPTURE_MS });
    try {
      const peak = await peakOf(world, level);
      alone ??= peak;
      const failed = world.finished.filter(({ outcome }) => outcome !== 'answered');
      const { browsersLaunched, browsersKilled, losses } = world.pool.counters;
      const added = peak.pages - alone.pages;
      print({
        ...{ bench: 'concurrent', level, atOnce: peak.pages, failures: failed.length },
        ...(failed.length > 0 ? { outcomes: failed.map(({ outcome }) => outcome), losses } : {}),
        ...{ browsersLaunched, browsersKilled, totalMb: inMb(peak.bytes) },
        mbByKind: eachKind(peak, ({ pss }) => inMb(pss)),
        anonymousMbByKind: eachKind(peak, ({ anonymous }) => inMb(anonymous)),
        processes: eachKind(peak, ({ processes }) => processes),
        ...(added > 0 ? { mbPerAdditionalCapture: inMb((peak.bytes - alone.bytes) / added) } : {}),
      });
    } finally {
      await world.close();
    }
  }
}

/** Submits all, and looks while most of them are open. A child that failed is told by its outcome. */
async function peakOf(world: TargetWorld, level: number): Promise<Peak> {
  let peak: Peak = { pages: 0, bytes: 0, kinds: {} };
  const look = setInterval(() => {
    const pages = world.pool.gauges().pagesOpen;
    if (pages === 0 || pages < peak.pages) return;
    const { postgres: _another, ...kinds } = memoryByKind(process.pid, [world.stagePid]);
    const bytes = Object.values(kinds).reduce((sum, { pss }) => sum + pss, 0);
    if (pages > peak.pages || bytes > peak.bytes) peak = { pages, bytes, kinds };
  }, LOOK_MS);
  try {
    await world.submit(`[scene:${togetherScene(level)}] best crm for startups`, level, 'claude');
    await world.settled(level);
  } finally {
    clearInterval(look);
  }
  return peak;
}

function eachKind(peak: Peak, figure: (memory: KindMemory) => number): Record<string, number> {
  return Object.fromEntries(Object.entries(peak.kinds).map(([kind, memory]) => [kind, figure(memory)]));
}

function inMb(bytes: number): number {
  return Math.round((bytes / MB) * 10) / 10;
}
