import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { ApiError } from '../contract/errors.ts';
import type { RequestId } from '../contract/ids.ts';
import { ownerOf } from '../jobs/account.ts';
import type { AdmissionLimits } from '../jobs/admission.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database, Sql } from '../platform/database.ts';
import type { Log } from '../platform/log.ts';
import type { Queue } from '../platform/queue.ts';
import { type Rounds, startRounds } from '../platform/rounds.ts';
import { type MeasuredReport, measureReport, storeMeasured } from './measure-report.ts';
import { lookedAt, readLooks, type StopReason, writeLooks } from './report-looks.ts';
import { captureMore } from './report-runs.ts';
import { endOfRun } from './report-state.ts';
import { type Report, readReport } from './reports.ts';

const endedRow = z.object({
  id: z.string(),
  reportId: z.string(),
  accountId: z.string(),
  mode: z.enum(['live', 'test']),
  origin: z.enum(['live', 'stage']),
});

/** With what a sequential report gets more replicates. */
export interface MoreCaptures {
  queue: Queue;
  /** Captures that have not started after this long expire. */
  ttlMs: number;
  limits(): Promise<AdmissionLimits>;
}

/**
 * Ends one run whose captures have all ended: measures, stores, and changes run and report in the same transaction, so
 * that a process killed anywhere in it leaves the run as it was, for the next one. A sequential report that is not exact
 * enough gets more replicates instead, where `more` says with what; when the account cannot have them (credits, what it
 * may have under way) the run ends with what it has. A run whose captures are no longer kept fails with that reason. False
 * when none has ended.
 */
export async function closeEndedRun(db: Database, now: number, more?: MoreCaptures): Promise<boolean> {
  return closeTaken(db, now, more, { id: null, passedOver: [] });
}

async function closeTaken(
  db: Database,
  now: number,
  more: MoreCaptures | undefined,
  taken: Taken,
): Promise<boolean> {
  try {
    return await closeOne(db, now, taken, { more, refused: null });
  } catch (error) {
    if (more === undefined || taken.id === null || !(error instanceof ApiError)) throw error;
    const refused = error.code === 'INSUFFICIENT_CREDITS' ? 'insufficient_credits' : 'refused';
    return closeOne(db, now, taken, { more: undefined, refused });
  }
}

interface Taken {
  /** The run that was taken; one that stands here is taken again, and no other. */
  id: string | null;
  /** Runs that are not taken: they could not be closed in this round. */
  passedOver: readonly string[];
}

interface Means {
  more: MoreCaptures | undefined;
  /** Why there is no `more`; null: nobody was asked. */
  refused: StopReason | null;
}

async function closeOne(db: Database, now: number, taken: Taken, means: Means): Promise<boolean> {
  return db.transaction(async (sql) => {
    const { rows } = await sql.query(
      `SELECT run.id, run.report_id AS "reportId", run.account_id AS "accountId", run.mode, run.origin
       FROM fleet.report_run run
       WHERE run.status = 'processing' AND ($1::uuid IS NULL OR run.id = $1) AND run.id <> ALL($2::uuid[])
         AND NOT EXISTS (
         SELECT 1 FROM fleet.report_job rj JOIN fleet.child c ON c.job_id = rj.job_id
         WHERE rj.run_id = run.id AND c.status IN ('queued', 'processing'))
       ORDER BY run.created_at LIMIT 1 FOR UPDATE SKIP LOCKED`,
      [taken.id, [...taken.passedOver]],
    );
    const run = endedRow.optional().parse(rows[0]);
    if (run === undefined) return false;
    taken.id = run.id;
    await close(sql, run, now, means);
    return true;
  });
}

async function close(
  sql: Sql,
  run: z.infer<typeof endedRow>,
  now: number,
  { more, refused }: Means,
): Promise<void> {
  const report = await readReport(sql, run.accountId, run.reportId, true);
  if (report === undefined) return;
  const measured = await measuredOrGone(sql, run.accountId, report);
  if (measured === null) return endRun(sql, run, PAST_RETENTION, now);
  const before = await readLooks(sql, report.id);
  const end = lookedAt(report, before?.looks ?? [], measured);
  if (end !== null) await writeLooks(sql, run.id, { ...end, stopped: end.stopped ?? refused });
  if (end?.more && more !== undefined) {
    const context = {
      requestId: `req_${randomUUID().replaceAll('-', '')}` as RequestId,
      caller: { ...ownerOf(run.accountId), mode: run.mode },
      ...{ now, ttlMs: more.ttlMs, origin: run.origin, limits: await more.limits() },
    };
    return captureMore(sql, more.queue, { report, runId: run.id, ...end.more }, context);
  }
  await storeMeasured(sql, report.id, measured, now);
  await endRun(sql, run, measured.metrics.failureReason, now);
}

const PAST_RETENTION = 'captures of this run passed their retention before it was measured';

/** Null when the captures of the report are no longer kept. */
async function measuredOrGone(sql: Sql, accountId: string, report: Report): Promise<MeasuredReport | null> {
  try {
    return await measureReport(sql, accountId, report);
  } catch (error) {
    if (error instanceof ApiError && error.code === 'JOB_EXPIRED') return null;
    throw error;
  }
}

async function endRun(
  sql: Sql,
  run: z.infer<typeof endedRow>,
  failureReason: string | null,
  now: number,
): Promise<void> {
  const status = endOfRun(failureReason);
  await sql.query(
    'UPDATE fleet.report SET status = $2, failure_reason = $3, completed_at = $4 WHERE id = $1',
    [run.reportId, status, failureReason, new Date(now)],
  );
  await sql.query('UPDATE fleet.report_run SET status = $2, error = $3, completed_at = $4 WHERE id = $1', [
    ...[run.id, status, failureReason, new Date(now)],
  ]);
}

const EVERY_MS = 1_000;

/**
 * Ends runs as their captures end. Any number of processes may run one. A run that cannot be closed now keeps no other
 * waiting: it is passed over and tried again in the next round.
 */
export function startReportClerk({
  db,
  clock,
  log,
  more,
}: {
  db: Database;
  clock: Clock;
  log: Log;
  more?: MoreCaptures;
}): Rounds {
  return startRounds({
    round: async (stopping) => {
      const passedOver: string[] = [];
      const next = async (): Promise<boolean> => {
        const taken: Taken = { id: null, passedOver };
        try {
          return await closeTaken(db, clock.now(), more, taken);
        } catch (err) {
          if (taken.id === null) throw err;
          log.warn({ err, runId: taken.id }, 'a run could not be ended; the next round tries again');
          passedOver.push(taken.id);
          return true;
        }
      };
      while (!stopping() && (await next()));
    },
    everyMs: EVERY_MS,
    failed: (err) => log.warn({ err }, 'a report could not be ended; the next round tries again'),
  });
}
