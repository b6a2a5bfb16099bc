import { z } from 'zod';
import type { Clock } from '../platform/clock.ts';
import type { Database, Sql } from '../platform/database.ts';
import type { Log } from '../platform/log.ts';
import { type Rounds, startRounds } from '../platform/rounds.ts';
import { measureReport, storeMeasured } from './measure-report.ts';
import { endOfRun } from './report-state.ts';
import { readReport } from './reports.ts';

const endedRow = z.object({ id: z.string(), reportId: z.string(), accountId: z.string() });

/**
 * Ends one run whose captures have all ended: measures, stores, and changes run and report in the same transaction, so
 * that a process killed anywhere in it leaves the run as it was, for the next one. False when none has ended.
 */
export async function closeEndedRun(db: Database, now: number): Promise<boolean> {
  return db.transaction(async (sql) => {
    const { rows } = await sql.query(
      `SELECT run.id, run.report_id AS "reportId", run.account_id AS "accountId" FROM fleet.report_run run
       WHERE run.status = 'processing' AND NOT EXISTS (
         SELECT 1 FROM fleet.report_job rj JOIN fleet.child c ON c.job_id = rj.job_id
         WHERE rj.run_id = run.id AND c.status IN ('queued', 'processing'))
       ORDER BY run.created_at LIMIT 1 FOR UPDATE SKIP LOCKED`,
    );
    const run = endedRow.optional().parse(rows[0]);
    if (run === undefined) return false;
    await close(sql, run, now);
    return true;
  });
}

async function close(sql: Sql, run: z.infer<typeof endedRow>, now: number): Promise<void> {
  const report = await readReport(sql, run.accountId, run.reportId, true);
  if (report === undefined) return;
  const measured = await measureReport(sql, run.accountId, report);
  await storeMeasured(sql, report.id, measured, now);
  const { failureReason } = measured.metrics;
  const status = endOfRun(failureReason);
  await sql.query(
    'UPDATE fleet.report SET status = $2, failure_reason = $3, completed_at = $4 WHERE id = $1',
    [report.id, status, failureReason, new Date(now)],
  );
  await sql.query('UPDATE fleet.report_run SET status = $2, error = $3, completed_at = $4 WHERE id = $1', [
    ...[run.id, status, failureReason, new Date(now)],
  ]);
}

const EVERY_MS = 1_000;

/** Ends runs as their captures end. Any number of processes may run one; a failing round is logged and tried again. */
export function startReportClerk({ db, clock, log }: { db: Database; clock: Clock; log: Log }): Rounds {
  return startRounds({
    round: async (stopping) => {
      while (!stopping() && (await closeEndedRun(db, clock.now())));
    },
    everyMs: EVERY_MS,
    failed: (err) => log.warn({ err }, 'a report could not be ended; the next round tries again'),
  });
}
