import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { keptArtifacts } from '../artifacts/kept-artifacts.ts';
import { retireJobs } from '../jobs/retention.ts';
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
 * Returns how many captures were retired. Rows first, objects second: nothing ever promises what is gone.
 */
export async function sweepRetention({ db, store, clock, retentionDays }: RetentionMeans): Promise<number> {
  let retired = 0;
  for (;;) {
    const now = clock.now();
    const children = await retireJobs(db, { endedBefore: now - retentionDays * DAY_MS, now });
    if (children.length === 0) return retired;
    retired += children.length;
    for (const { artifacts } of children) {
      await Promise.all(keptArtifacts(artifacts, null).map(({ key }) => store.delete(key)));
    }
  }
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
