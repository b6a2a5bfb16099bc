import { closeEndedRun } from '../../src/analysis/close-runs.ts';
import { recomputeReport } from '../../src/analysis/measure-report.ts';
import { startRun } from '../../src/analysis/report-runs.ts';
import { DEFAULT_ACCOUNT } from '../../src/jobs/account.ts';
import { settle } from '../../src/jobs/settle.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { type Database, openDatabase, type Sql } from '../../src/platform/database.ts';
import { createLog } from '../../src/platform/log.ts';
import { openQueue } from '../../src/platform/queue.ts';
import { context } from '../integration/jobs/jobs-world.ts';
import { LONG_LEASES, type ReportStep } from './report-steps.ts';

/** This process dies by SIGKILL before statement `at` (0-based) of a transaction, the last of which is its COMMIT. */
function dyingAt(db: Database, at: number): Database {
  return {
    ...db,
    transaction: (work) => db.transaction((sql) => counting(at, sql, work)),
    briefTransaction: (work) =>
      db.briefTransaction((sql, last) => counting(at, sql, (counted) => work(counted, last))),
  };
}

async function counting<T>(at: number, sql: Sql, work: (sql: Sql) => Promise<T>): Promise<T> {
  let statement = 0;
  const next = async (): Promise<void> => {
    if (statement++ !== at) return;
    process.kill(process.pid, 'SIGKILL');
    await new Promise(() => undefined);
  };
  const counted: Sql = {
    query: async (text, values) => {
      await next();
      return sql.query(text, values);
    },
  };
  const result = await work(counted);
  await next();
  return result;
}

/** `node report-step.ts URL AT STEP`: does the step; ends with 0 if it lived. */
const [url = '', at = '0', given = ''] = process.argv.slice(2);
const step = JSON.parse(given) as ReportStep;
const log = createLog('fatal', 'report-step');
const whole = openDatabase(url, { log });
const needsQueue = step.what === 'run' || step.what === 'settle';
const queue = needsQueue ? await openQueue(whole, { log, ...LONG_LEASES }) : undefined;
const db = dyingAt(whole, Number(at));
if (step.what === 'run' && queue) await startRun(db, queue, step.reportId, context({ ttlMs: 3_600_000 }));
if (step.what === 'settle' && queue) await settle(db, queue, step.child, step.envelope);
if (step.what === 'close') await closeEndedRun(db, Date.now());
if (step.what === 'recompute') await recomputeReport(db, DEFAULT_ACCOUNT, step.reportId, systemClock);
await queue?.close();
await whole.close();
