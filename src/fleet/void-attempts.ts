import { childOfKey, childStem, dayFolder } from '../artifacts/artifact-key.ts';
import { ARTIFACT_KINDS, type ArtifactStore } from '../artifacts/artifact-store.ts';
import { keptArtifacts } from '../artifacts/kept-artifacts.ts';
import { type EndedChild, readManyTimesTried } from '../jobs/child-artifacts.ts';
import { type Clock, isoTime } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import type { Log } from '../platform/log.ts';
import { type Rounds, startRounds } from '../platform/rounds.ts';
import { ORPHAN_AGE_MS } from './orphan-sweep.ts';

export interface VoidSweepMeans {
  db: Database;
  store: Pick<ArtifactStore, 'list' | 'delete'>;
  clock: Clock;
  log: Log;
}

const EVERY_MS = 3_600_000;
/** What ended before is left to `fleet artifacts sweep`: a store that refuses makes no round longer than this. */
const REACH_MS = 2 * ORPHAN_AGE_MS;
/** A store that refuses so often on end is away. */
const GIVE_UP_AFTER = 10;

/**
 * Deletes what void attempts left (their workers were killed, or the store could not be tidied) of children that ended between
 * `from` and `to`, epoch milliseconds. Only keys of children that this database knows as ended, and that they do not refer
 * to: nothing of an attempt under way, of another fleet on the same store, or of `fleet capture`. The children are looked for, not
 * the store, so that it costs what was killed and not what is kept. Returns the keys; what the store refused is tried by the next
 * round, and the first refusal thrown.
 */
export async function sweepVoidAttempts(
  { db, store }: Pick<VoidSweepMeans, 'db' | 'store'>,
  ended: { from: number; to: number },
): Promise<string[]> {
  const deleted: string[] = [];
  const refusals: unknown[] = [];
  let after = '';
  let onEnd = 0;
  for (;;) {
    const children = await readManyTimesTried(db, ended, after);
    const last = children.at(-1);
    if (last === undefined) break;
    after = last.id;
    for (const child of children) {
      try {
        deleted.push(...(await deleteVoid(store, child)));
        onEnd = 0;
      } catch (error) {
        refusals.push(error);
        if (++onEnd === GIVE_UP_AFTER) throw refusals[0];
      }
    }
  }
  if (refusals.length > 0) throw refusals[0];
  return deleted;
}

async function deleteVoid(store: VoidSweepMeans['store'], child: EndedChild): Promise<string[]> {
  const stem = `${childStem(child.id)}.a`;
  const folders = ARTIFACT_KINDS.map((kind) => dayFolder(kind, isoTime(child.requestedAt.getTime())));
  const stored = (await Promise.all(folders.map((folder) => store.list(folder, stem)))).flat();
  const kept = new Set(keptArtifacts(child.artifacts, null).map(({ key }) => key));
  const left = stored.filter((key) => childOfKey(key) === child.id && !kept.has(key));
  await Promise.all(left.map((key) => store.delete(key)));
  return left;
}

/**
 * Sweeps once an hour, the first time at once: children that ended a day ago, which is longer than any attempt at them can
 * still be under way, and no longer than two. A failing round is logged and its children are looked at again by the next one.
 */
export function startVoidSweep(means: VoidSweepMeans): Rounds {
  const { clock, log } = means;
  let sweptTo = 0;
  return startRounds({
    round: async () => {
      const to = clock.now() - ORPHAN_AGE_MS;
      const from = Math.max(sweptTo, to - REACH_MS);
      const deleted = await sweepVoidAttempts(means, { from, to });
      sweptTo = to;
      if (deleted.length > 0) log.info({ deleted: deleted.length }, 'proof of void attempts swept');
    },
    everyMs: EVERY_MS,
    failed: (err) => log.warn({ err }, 'sweep of void attempts failed; the next round tries again'),
  });
}
