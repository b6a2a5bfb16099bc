import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { type ArtifactOwner, removeAttempt, removeOtherAttempts } from '../artifacts/capture-artifacts.ts';
import type { Artifacts } from '../contract/envelope.ts';
import { FleetError } from '../contract/errors.ts';
import type { ClaimedChild } from '../jobs/claim.ts';
import { isSettledWith } from '../jobs/settled-with.ts';
import { type Clock, isoTime } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import type { Deadline } from '../platform/deadline.ts';
import type { Log } from '../platform/log.ts';
import { patiently } from './patiently.ts';

export interface SettleMeans {
  db: Database;
  store: ArtifactStore;
  clock: Clock;
}

/** Who settles, and where it says what was left lying. */
type Settling = SettleMeans & { log: Log };

/** Whose artefacts those of an attempt are. */
export function ownerOfAttempt(child: ClaimedChild): ArtifactOwner {
  const attempt = `${child.attempt}-${child.lease.queueJobId.slice(0, 8)}`;
  return { id: child.id, requestedAt: isoTime(child.requestedAt), attempt };
}

/**
 * Settles a child whose proof is stored, so that one set of proof remains: that of the attempt which settled. A finished
 * capture is too dear to be thrown away for a database that is away for a moment (specs/fleet.md 0.6). Throws
 * LEASE_LOST when another attempt holds the child; nothing of this one is left then. Where the store cannot be tidied, the
 * end stands all the same: what is left lying is logged, and the sweep of orphans finds it.
 */
export async function settleStored(
  child: ClaimedChild,
  artifacts: Artifacts,
  means: Settling,
  deadline: Deadline,
  settle: () => Promise<void>,
): Promise<void> {
  const owner = ownerOfAttempt(child);
  try {
    await patiently(means.clock, deadline, settle);
  } catch (error) {
    // A settle whose answer was lost may have happened; only when another attempt holds the child is this proof void.
    if (error instanceof FleetError && error.code === 'LEASE_LOST') {
      if (!(await isSettledWith(means.db, child.id, artifacts.rawKey)))
        await tidied(means, () => removeAttempt(means.store, owner));
      else return;
    }
    throw error;
  }
  await tidied(means, () => removeOtherAttempts(means.store, owner));
}

/** Proof of void attempts taken out of the store, if it lets us. Never rejects. */
async function tidied({ log }: Settling, tidy: () => Promise<unknown>): Promise<void> {
  try {
    await tidy();
  } catch (error) {
    log.warn({ err: error }, 'proof of a void attempt stays in the store until it is swept');
  }
}
