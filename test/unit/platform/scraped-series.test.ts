import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLog } from '../../../src/platform/log.ts';
import { createMetrics } from '../../../src/platform/metrics.ts';
import { type ReadSeries, SCRAPE_DATABASE_MS } from '../../../src/platform/scraped-series.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const log = createLog('silent', 'test');

/** A process with a counter of its own and a figure of the database. */
function processWith(read: ReadSeries) {
  const metrics = createMetrics();
  metrics.leaseLost.inc();
  metrics.onScrapeDatabase({ name: 'of_database', help: 'a figure', labels: [], read }, log);
  /** The lines of a scrape that the test looks at; undefined while it is not answered. */
  const scrape = () => {
    let lines: string[] | undefined;
    metrics.text().then(({ body }) => {
      lines = body
        .split('\n')
        .filter((line) => /^(of_database|fleet_database_answers|lease_lost_total) /.test(line));
    });
    return () => lines?.sort();
  };
  return scrape;
}

describe('a scrape', () => {
  it('of a database that answers tells what it says', async () => {
    const scrape = processWith(async () => [{ labels: {}, value: 7 }]);
    const seen = scrape();
    await vi.advanceTimersByTimeAsync(0);
    expect(seen()).toEqual(['fleet_database_answers 1', 'lease_lost_total 1', 'of_database 7']);
  });

  it('of a database that is silent is answered within 3 s all the same, and says so', async () => {
    const silent = Promise.withResolvers<Awaited<ReturnType<ReadSeries>>>();
    const read = vi.fn<ReadSeries>(() => silent.promise);
    const scrape = processWith(read);
    const first = scrape();
    await vi.advanceTimersByTimeAsync(SCRAPE_DATABASE_MS - 1);
    expect(first()).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    expect(SCRAPE_DATABASE_MS).toBe(3_000);
    expect(first()).toEqual(['fleet_database_answers 0', 'lease_lost_total 1']);
    const second = scrape();
    await vi.advanceTimersByTimeAsync(SCRAPE_DATABASE_MS);
    expect(second()).toEqual(first());
    expect(read).toHaveBeenCalledTimes(1); // Nothing queues up behind what is not answered.
    silent.resolve([{ labels: {}, value: 8 }]);
    await vi.advanceTimersByTimeAsync(0);
    read.mockResolvedValueOnce([{ labels: {}, value: 9 }]);
    const third = scrape();
    await vi.advanceTimersByTimeAsync(0);
    expect(third()).toEqual(['fleet_database_answers 1', 'lease_lost_total 1', 'of_database 9']);
  });

  it('of a database that refuses leaves its figures out: 0 would look like news', async () => {
    const read = vi.fn<ReadSeries>(async () => [{ labels: {}, value: 7 }]);
    const scrape = processWith(read);
    const before = scrape();
    await vi.advanceTimersByTimeAsync(0);
    expect(before()).toContain('of_database 7');
    read.mockRejectedValueOnce(new Error('away'));
    const after = scrape();
    await vi.advanceTimersByTimeAsync(0);
    expect(after()).toEqual(['fleet_database_answers 0', 'lease_lost_total 1']);
  });

  it('of a process that reads nothing from the database does not speak of it', async () => {
    const { body } = await createMetrics().text();
    expect(body).not.toContain('fleet_database_answers');
  });
});
