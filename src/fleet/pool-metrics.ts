import type { Metrics } from '../platform/metrics.ts';
import type { ReadSeries } from '../platform/scraped-series.ts';
import type { BrowserPool } from './browser-pool.ts';
import type { DiskGuard } from './disk-guard.ts';

type Watched = Pick<BrowserPool, 'counters' | 'gauges'>;

/**
 * Adds what the pools of this process count and hold, taken together, to its metrics: that of its captures, and those that
 * are opened beside it on need (the stage for test keys, the live network for pages).
 */
export function watchPools(metrics: Metrics, pools: () => readonly Watched[]): void {
  const sum = (read: (pool: Watched) => number): number => pools().reduce((all, pool) => all + read(pool), 0);
  const one = (name: string, help: string, read: (pool: Watched) => number): void =>
    metrics.onScrape(name, help, [], async () => [{ labels: {}, value: sum(read) }]);
  const each = (
    name: string,
    help: string,
    label: string,
    read: (pool: Watched) => Readonly<Record<string, number>>,
  ): void => {
    const values: ReadSeries = async () => {
      const keys = new Set(pools().flatMap((pool) => Object.keys(read(pool))));
      return [...keys].map((key) => ({
        labels: { [label]: key },
        value: sum((pool) => read(pool)[key] ?? 0),
      }));
    };
    metrics.onScrape(name, help, [label], values);
  };
  one('fleet_browsers', 'Browsers that run.', (pool) => pool.gauges().browsers);
  one('fleet_pages_open', 'Pages in the hands of captures.', (pool) => pool.gauges().pagesOpen);
  one(
    'fleet_browser_bytes',
    'Memory of all browsers when last looked at.',
    (pool) => pool.gauges().browserBytes,
  );
  one(
    'fleet_browsers_killed',
    'Browsers whose close hung, since the start.',
    ({ counters }) => counters.browsersKilled,
  );
  one(
    'fleet_orphan_processes',
    'Leftover browser processes ended, since the start.',
    ({ counters }) => counters.orphanProcesses,
  );
  one(
    'fleet_orphan_folders',
    'Leftover scratch folders removed, since the start.',
    ({ counters }) => counters.orphanFolders,
  );
  each('fleet_browser_launches', 'Browser launches since the start.', 'result', ({ counters }) => ({
    launched: counters.browsersLaunched,
    failed: counters.browserLaunchesFailed,
  }));
  each(
    'fleet_browsers_retired',
    'Browsers taken out of service, since the start.',
    'reason',
    ({ counters }) => counters.browsersRetired,
  );
  each(
    'fleet_page_losses',
    'Pages lost under a capture, since the start.',
    'reason',
    ({ counters }) => counters.losses,
  );
}

/** Adds the room on the fullest disk that this worker writes on; of files only where its disks count them. */
export function watchDisk(metrics: Metrics, disk: Pick<DiskGuard, 'freeBytes' | 'freeFiles'>): void {
  const one = (name: string, help: string, read: () => number | null): void =>
    metrics.onScrape(name, help, [], async () => {
      const value = read();
      return value === null ? [] : [{ labels: {}, value }];
    });
  one('fleet_disk_free_bytes', 'Free on the fullest disk written to.', () => disk.freeBytes);
  one('fleet_disk_free_inodes', 'Files that the fullest disk written to still takes.', () => disk.freeFiles);
}
