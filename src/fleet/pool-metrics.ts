import type { Metrics, ReadSeries } from '../platform/metrics.ts';
import type { BrowserPool } from './browser-pool.ts';
import type { DiskGuard } from './disk-guard.ts';

/** Adds what the pool counts and holds to the process's metrics. */
export function watchPool(metrics: Metrics, pool: Pick<BrowserPool, 'counters' | 'gauges'>): void {
  const { counters } = pool;
  const one = (name: string, help: string, read: () => number): void =>
    metrics.onScrape(name, help, [], async () => [{ labels: {}, value: read() }]);
  const each = (name: string, help: string, label: string, read: () => Record<string, number>): void => {
    const values: ReadSeries = async () =>
      Object.entries(read()).map(([key, value]) => ({ labels: { [label]: key }, value }));
    metrics.onScrape(name, help, [label], values);
  };
  one('fleet_browsers', 'Browsers that run.', () => pool.gauges().browsers);
  one('fleet_pages_open', 'Pages in the hands of captures.', () => pool.gauges().pagesOpen);
  one('fleet_browser_bytes', 'Memory of all browsers when last looked at.', () => pool.gauges().browserBytes);
  one('fleet_browsers_killed', 'Browsers whose close hung, since the start.', () => counters.browsersKilled);
  one(
    'fleet_orphan_processes',
    'Leftover browser processes ended, since the start.',
    () => counters.orphanProcesses,
  );
  one(
    'fleet_orphan_folders',
    'Leftover scratch folders removed, since the start.',
    () => counters.orphanFolders,
  );
  each('fleet_browser_launches', 'Browser launches since the start.', 'result', () => ({
    launched: counters.browsersLaunched,
    failed: counters.browserLaunchesFailed,
  }));
  each('fleet_browsers_retired', 'Browsers taken out of service, since the start.', 'reason', () => ({
    ...counters.browsersRetired,
  }));
  each('fleet_page_losses', 'Pages lost under a capture, since the start.', 'reason', () => ({
    ...counters.losses,
  }));
}

/** Adds the room on the fullest disk that this worker writes on. */
export function watchDisk(metrics: Metrics, disk: Pick<DiskGuard, 'freeBytes'>): void {
  metrics.onScrape('fleet_disk_free_bytes', 'Free on the fullest disk written to.', [], async () =>
    disk.freeBytes === null ? [] : [{ labels: {}, value: disk.freeBytes }],
  );
}
