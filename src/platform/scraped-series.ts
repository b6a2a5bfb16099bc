import { Gauge, type Registry } from 'prom-client';
import { Deadline } from './deadline.ts';
import type { Log } from './log.ts';

/** The present values of a gauge. */
export type ReadSeries = () => Promise<{ labels: Record<string, string>; value: number }[]>;

/** A gauge whose values are read from their source. Where its source says nothing, nothing is said. */
export interface Series {
  name: string;
  help: string;
  labels: readonly string[];
  read: ReadSeries;
}

/** Prometheus gives a scrape up after 10 s by default (scrape_timeout, its configuration page, 2026-11). */
export const SCRAPE_DATABASE_MS = 3_000;

/** Adds a series that the process knows itself; read whenever somebody scrapes. */
export function addScraped(registry: Registry, series: Series): void {
  const gauge: Gauge = new Gauge({
    ...{ name: series.name, help: series.help, labelNames: [...series.labels], registers: [registry] },
    collect: async () => show(gauge, await series.read()),
  });
}

function show(gauge: Gauge, values: Awaited<ReturnType<ReadSeries>>): void {
  gauge.reset();
  // A gauge without labels is 0 when it is reset (prom-client 15.1), and 0 would look like news.
  gauge.remove({});
  for (const { labels, value } of values) gauge.set(labels, value);
}

/**
 * The series of a process that the database knows. They are read together before a scrape is written; one that is not there
 * within 3 s, or fails, is left out of it, and `fleet_database_answers` says so: a database that does not answer never keeps
 * a scraper from what the process knows itself.
 */
export class DatabaseSeries {
  readonly #registry: Registry;
  readonly #reads: (() => Promise<boolean>)[] = [];
  #answers: Gauge | undefined;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  add(series: Series, log: Log): void {
    this.#answers ??= new Gauge({
      name: 'fleet_database_answers',
      help: 'Whether the database answered this scrape; 0: series read from it are missing.',
      registers: [this.#registry],
    });
    const { name, help, labels } = series;
    const gauge: Gauge = new Gauge({
      ...{ name, help, labelNames: [...labels], registers: [this.#registry] },
    });
    let underWay: ReturnType<ReadSeries> | undefined;
    this.#reads.push(async () => {
      try {
        // One that is still waited for is not asked again: scrapes must not queue up on a database that is silent.
        underWay ??= series.read().finally(() => {
          underWay = undefined;
        });
        const reading = underWay;
        show(gauge, await Deadline.after(SCRAPE_DATABASE_MS).run('scrape', () => reading));
        return true;
      } catch (error) {
        log.warn({ err: error, series: name }, 'the database could not be read for metrics');
        show(gauge, []);
        return false;
      }
    });
  }

  /** Reads all of them, for 3 s at most. Never rejects. */
  async refresh(): Promise<void> {
    const answered = await Promise.all(this.#reads.map((read) => read()));
    this.#answers?.set(Number(answered.every(Boolean)));
  }
}
