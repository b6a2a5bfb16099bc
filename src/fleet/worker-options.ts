import type { CapturePage } from '../contract/page-record.ts';
import type { Surface } from '../contract/surface.ts';
import type { ServedRegions } from '../jobs/fairness.ts';
import type { Listener } from '../platform/listener.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { CaptureMeans } from './capture-child.ts';
import type { LaneGate } from './lane-gate.ts';

/** What a worker works with, and how much of it. */
export interface WorkerOptions extends CaptureMeans {
  /** Names this worker in rows and logs. */
  workerId: string;
  surfaces: readonly Surface[];
  /** How pages are captured; absent: this worker serves none. */
  pages?: CapturePage | undefined;
  /** Absent: all regions. */
  regions?: ServedRegions;
  slots: number;
  /** How many of them the machine carries at this moment; all when absent. */
  slotLimit?: () => number;
  /** How many captures may be asked at once, the others waiting for their answers; two per processor when absent. */
  asksAtOnce?: number;
  /** False while this machine can take no capture whatever its load, its disk being full; absent: always true. */
  mayBegin?: () => boolean;
  /** Asked before a job is fetched and before its capture starts; absent: no lane has limits. */
  gate?: LaneGate;
  heartbeatS: number;
  drainMs: number;
  /** Where this process counts. */
  metrics?: Metrics;
  listener: Listener;
  log: Log;
}
