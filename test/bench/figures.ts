import { loadavg } from 'node:os';

/** Percentile of a list by nearest rank, rounded to a tenth. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const index = Math.min(sorted.length - 1, Math.max(0, Math.ceil((p / 100) * sorted.length) - 1));
  return Math.round((sorted[index] ?? Number.NaN) * 10) / 10;
}

/** p50, p95, p99 and count. */
export function spread(values: readonly number[]): { n: number; p50: number; p95: number; p99: number } {
  return {
    n: values.length,
    p50: percentile(values, 50),
    p95: percentile(values, 95),
    p99: percentile(values, 99),
  };
}

/** Prints one JSON line; the load of the machine stands in it, because these machines are shared. */
export function print(figures: Record<string, unknown>): void {
  process.stdout.write(
    `${JSON.stringify({ ...figures, load1: Math.round((loadavg()[0] ?? 0) * 10) / 10 })}\n`,
  );
}
