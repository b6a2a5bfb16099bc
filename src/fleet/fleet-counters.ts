import type { PageLoss } from '../capture/page-loss.ts';

/** Why a browser was taken out of service. */
export type RetireReason =
  | 'captures'
  | 'age'
  | 'memory'
  | 'unhealthy'
  | 'unresponsive'
  | 'close_hung'
  | 'lost'
  | 'stopped';

/** What has happened in this process since it started; only ever grows. Read by the metrics. */
export interface FleetCounters {
  browsersLaunched: number;
  browserLaunchesFailed: number;
  browsersRetired: Record<RetireReason, number>;
  /** Browsers whose close did not end in time and which were killed. */
  browsersKilled: number;
  pagesOpened: number;
  pagesClosed: number;
  losses: Record<PageLoss, number>;
  /** Processes of dead owners, or of browsers no longer in the ledger, that were ended. */
  orphanProcesses: number;
  /** Scratch folders of dead owners that were removed. */
  orphanFolders: number;
  reaperLooks: number;
  /** Changes of the slot limit. */
  slotsRaised: number;
  slotsLowered: number;
}

/** All zero. */
export function newFleetCounters(): FleetCounters {
  return {
    browsersLaunched: 0,
    browserLaunchesFailed: 0,
    browsersRetired: {
      ...{ captures: 0, age: 0, memory: 0, unhealthy: 0 },
      ...{ unresponsive: 0, close_hung: 0, lost: 0, stopped: 0 },
    },
    browsersKilled: 0,
    pagesOpened: 0,
    pagesClosed: 0,
    losses: {
      browser_lost: 0,
      browser_unresponsive: 0,
      page_crashed: 0,
      out_of_memory: 0,
      renderer_unresponsive: 0,
    },
    orphanProcesses: 0,
    orphanFolders: 0,
    reaperLooks: 0,
    slotsRaised: 0,
    slotsLowered: 0,
  };
}

/** What the pool holds at this moment. */
export interface PoolGauges {
  browsers: number;
  /** Pages in the hands of captures. */
  pagesOpen: number;
  /** Browser contexts, those opened ahead of need included. */
  contexts: number;
  /** Memory of all browsers' process trees, bytes, when last looked at. */
  browserBytes: number;
  /** Measured memory per capture, bytes; null until a capture was seen. */
  bytesPerCapture: number | null;
}
