import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { keptArtifacts } from '../artifacts/kept-artifacts.ts';
import type { JobId } from '../contract/ids.ts';
import { proofDeleted, readLeftProof, retireJobs } from '../jobs/retention.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import type { Log } from '../platform/log.ts';
import { type Rounds, startRounds } from '../platform/rounds.ts';

export interface RetentionMeans {
  db: Database;
  store: ArtifactStore;
  clock: Clock;
  log: Log;
  /** Days after a job's end. */
  retentionDays: number;
}

const DAY_MS = 24 * 3_600_000;
const EVERY_MS = 3_600_000;

/**
 * Retires every job that ended longer ago than the retention, and deletes what its captures stored; the hashes stay.
 * Returns how many captures were retired. Rows first, objects second: nothing ever promises what is gone. What the store
 * did not let go is deleted by a later sweep, of any process; then the first refusal is thrown.
 */
export async function sweepRetention({ db, store, clock, retentionDays }: RetentionMeans): Promise<number> {
  let retired = 0;
  for (;;) {
    const now = clock.now();
    const children = await retireJobs(db, { endedBefore: now - retentionDays * DAY_MS, now });
    if (children === 0) break;
    retired += children;
  }
  await deleteLeftProof(db, store);
  return retired;
}

/** A store that refuses so often on end is away: each refusal may have taken a request's whole patience. */
const GIVE_UP_AFTER = 10;

async function deleteLeftProof(db: Database, store: ArtifactStore): Promise<void> {
  const refusals: unknown[] = [];
  let after = '';
  let onEnd = 0;
  while (onEnd < GIVE_UP_AFTER) {
    const jobs = await readLeftProof(db, after);
    const last = jobs.at(-1);
    if (last === undefined) break;
    after = last.jobId;
    const gone: JobId[] = [];
    for (const { jobId, artifacts } of jobs) {
      const keys = artifacts.flatMap((kept) => keptArtifacts(kept, null).map(({ key }) => key));
      try {
        await Promise.all(keys.map((key) => store.delete(key)));
        gone.push(jobId);
        onEnd = 0;
      } catch (error) {
        refusals.push(error);
        if (++onEnd === GIVE_UP_AFTER) break;
      }
    }
    await proofDeleted(db, gone);
  }
  if (refusals.length > 0) throw refusals[0];
}

/** Sweeps once an hour, the first time at once. A failing round is logged and the next one tries again. */
export function startRetention(means: RetentionMeans): Rounds {
  const { log, retentionDays: days } = means;
  return startRounds({
    round: async () => {
      const retired = await sweepRetention(means);
      if (retired > 0) log.info({ retired, days }, 'retention swept');
    },
    everyMs: EVERY_MS,
    failed: (err) => log.warn({ err }, 'retention sweep failed; the next round tries again'),
  });
}
