import { z } from 'zod';
import { surfaceNameSchema } from '../contract/surface-name.ts';
import { type Look, lookAt, nextLook } from '../measure/sequential.ts';
import type { Sql } from '../platform/database.ts';
import type { MeasuredReport } from './measure-report.ts';
import type { Report } from './reports.ts';

/** Why a run of a sequential report made no more replicates. */
export const STOP_REASONS = ['reached', 'most_replicates', 'insufficient_credits', 'refused'] as const;
export type StopReason = (typeof STOP_REASONS)[number];

export const lookSchema = z.strictObject({
  replicates: z.int(),
  surfaces: z.array(
    z.strictObject({
      surface: surfaceNameSchema,
      k: z.int(),
      n: z.int(),
      value: z.number().nullable(),
      interval: z.strictObject({ low: z.number(), high: z.number() }).nullable(),
      reached: z.boolean(),
    }),
  ),
});

const looksRow = z.object({ looks: z.array(lookSchema), stopped: z.enum(STOP_REASONS).nullable() });

export type RunLooks = z.infer<typeof looksRow>;

/** What the latest run of a report saw when it looked; undefined before the first run. */
export async function readLooks(sql: Sql, reportId: string): Promise<RunLooks | undefined> {
  const { rows } = await sql.query(
    `SELECT looks, stopped FROM fleet.report_run WHERE report_id = $1 ORDER BY created_at DESC, id DESC LIMIT 1`,
    [reportId],
  );
  return looksRow.optional().parse(rows[0]);
}

/** What a look comes to: the surfaces not yet exact enough and how many replicates they get, or why none get more. */
export interface LookEnd {
  looks: Look[];
  more: { replicates: number; surfaces: Look['surfaces'][number]['surface'][] } | null;
  stopped: StopReason | null;
}

/**
 * Looks at a report whose captures have all ended. A surface that was exact enough at an earlier look of the run stays
 * so. Pure. Null for a report that is not sequential, has no figures, or no brand of its own.
 */
export function lookedAt(
  report: Pick<Report, 'stopping' | 'surfaces' | 'replicates'>,
  before: readonly Look[],
  { metrics, observations }: Pick<MeasuredReport, 'metrics' | 'observations'>,
): LookEnd | null {
  const own = metrics.brands.find((brand) => brand.own);
  const { stopping } = report;
  if (stopping === null || own === undefined || metrics.failureReason !== null) return null;
  const last = before.at(-1);
  const open =
    last === undefined
      ? report.surfaces
      : last.surfaces.flatMap(({ surface, reached }) => (reached ? [] : [surface]));
  const replicates =
    last === undefined ? report.replicates : (nextLook(last.replicates, stopping) ?? stopping.max);
  const look = lookAt(observations, own.brandId, open, replicates, stopping);
  const looks = [...before, look];
  const surfaces = look.surfaces.flatMap(({ surface, reached }) => (reached ? [] : [surface]));
  if (surfaces.length === 0) return { looks, more: null, stopped: 'reached' };
  const next = nextLook(replicates, stopping);
  if (next === null) return { looks, more: null, stopped: 'most_replicates' };
  return { looks, more: { replicates: next, surfaces }, stopped: null };
}

/** Writes down what a run saw. */
export async function writeLooks(
  sql: Sql,
  runId: string,
  { looks, stopped }: Pick<LookEnd, 'looks' | 'stopped'>,
): Promise<void> {
  await sql.query('UPDATE fleet.report_run SET looks = $2, stopped = $3 WHERE id = $1', [
    ...[runId, JSON.stringify(looks), stopped],
  ]);
}
