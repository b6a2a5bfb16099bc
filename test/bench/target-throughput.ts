import { availableParallelism } from 'node:os';
import { bareBeside } from './bare-sim.ts';
import { percentile } from './figures.ts';
import { KindMeter } from './kind-cpu.ts';
import { openTargetWorld } from './target-world.ts';
import { treeCpuS } from './tree-cost.ts';

const BARE_SHARE = 0.5;

export interface ThroughputOrder {
  query: string;
  captures: number;
  perCore: number;
  browser?: string | undefined;
}

/**
 * Rows b: a backlog at so many captures per core. Captures per CPU minute are 60 through the CPU seconds of one capture, of
 * the whole process tree without the stage: Node, browsers and Postgres. Beside it bare Playwright on the same page in
 * the same run.
 */
export async function measureThroughput(order: ThroughputOrder): Promise<Record<string, unknown>> {
  const { query, captures, perCore, browser } = order;
  const slots = perCore * availableParallelism();
  const world = await openTargetWorld({ slots, browser });
  try {
    await world.submit(query, slots);
    await world.ended(slots);
    const fleetCpu = (): number => treeCpuS(process.pid) - treeCpuS(world.stagePid);
    const meter = new KindMeter(process.pid);
    const cpuBefore = fleetCpu();
    const began = performance.now();
    await world.submit(query, captures);
    await world.ended(slots + captures);
    const wallS = (performance.now() - began) / 1_000;
    const cpuS = (fleetCpu() - cpuBefore) / captures;
    const kinds = Object.entries(meter.stop());
    const round = (value: number, digits: number): number => Number(value.toFixed(digits));
    return {
      perCpuMinute: round(60 / cpuS, 1),
      cpuS: round(cpuS, 3),
      perMinute: round((captures / wallS) * 60, 1),
      n: captures,
      atOnce: slots,
      p50: percentile(
        world.finished.slice(slots).map(({ ms }) => ms),
        50,
      ),
      cpuMsByKind: Object.fromEntries(kinds.map(([kind, s]) => [kind, Math.round((s / captures) * 1_000)])),
      bare: await bareBeside(query, Math.ceil(captures * BARE_SHARE), slots, browser),
    };
  } finally {
    await world.close();
  }
}
