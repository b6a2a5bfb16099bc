import { childOfKey } from '../artifacts/artifact-key.ts';
import { ARTIFACT_KINDS, type ArtifactStore, type StoredObject } from '../artifacts/artifact-store.ts';
import { PARTIAL_SUFFIX } from '../artifacts/fs-store.ts';
import { keptArtifacts } from '../artifacts/kept-artifacts.ts';
import { readReferences } from '../jobs/child-artifacts.ts';
import type { Sql } from '../platform/database.ts';

/** Nothing younger is an orphan: an attempt stores its proof before its row says so. */
export const ORPHAN_AGE_MS = 24 * 3_600_000;

const BATCH = 500;

export interface OrphanSweep {
  sql: Sql;
  store: ArtifactStore;
  /** Epoch milliseconds. */
  now: number;
  /** Looks, and deletes nothing. */
  dryRun: boolean;
}

export interface OrphanReport {
  seen: number;
  orphans: string[];
}

/**
 * Deletes artefacts older than 24 h that no child refers to: what attempts left that were killed, or lost their lease,
 * or whose job was retired. What no attempt of a child stored (`fleet capture`) and what belongs to children that have
 * not ended is never touched.
 */
export async function sweepOrphans({ sql, store, now, dryRun }: OrphanSweep): Promise<OrphanReport> {
  const report: OrphanReport = { seen: 0, orphans: [] };
  const settle = async (batch: readonly string[]): Promise<void> => {
    const orphans = await orphansAmong(sql, batch);
    if (!dryRun) await Promise.all(orphans.map((key) => store.delete(key)));
    report.orphans.push(...orphans);
  };
  for (const kind of ARTIFACT_KINDS) {
    let old: string[] = [];
    for await (const object of store.walk(kind)) {
      report.seen++;
      if (isOld(object, now)) old.push(object.key);
      if (old.length < BATCH) continue;
      await settle(old);
      old = [];
    }
    await settle(old);
  }
  return report;
}

function isOld({ modifiedAt }: StoredObject, now: number): boolean {
  return now - modifiedAt > ORPHAN_AGE_MS;
}

async function orphansAmong(sql: Sql, keys: readonly string[]): Promise<string[]> {
  const owned = keys.flatMap((key) => {
    const childId = childOfKey(key);
    return childId === undefined ? [] : [{ key, childId }];
  });
  if (owned.length === 0) return [];
  const children = await readReferences(sql, [...new Set(owned.map(({ childId }) => childId))]);
  return owned
    .filter(({ key, childId }) => {
      const child = children.get(childId);
      if (child === undefined) return true;
      if (child.keep) return false;
      // A half-written file is nobody's, whatever its name begins with.
      return (
        key.endsWith(PARTIAL_SUFFIX) || !keptArtifacts(child.artifacts, null).some((kept) => kept.key === key)
      );
    })
    .map(({ key }) => key);
}
