import { z } from 'zod';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { Database } from '../platform/database.ts';

const BATCH = 100;

const objectSchema = z.object({ key: z.string() });
const pageSchema = z.object({
  record: objectSchema,
  screenshot: objectSchema.nullable(),
  cited: z.array(z.object({ record: objectSchema, screenshot: objectSchema.nullable() })).default([]),
});
const retiredRow = z.object({ page: pageSchema.nullable() });

/**
 * Forgets runs that ended before `endedBefore` (epoch milliseconds), and deletes what they stored; their ledger entries stay.
 * Returns how many. Rows first, objects second: nothing ever promises what is gone.
 */
export async function retireContentRuns(
  { db, store }: { db: Database; store: ArtifactStore },
  endedBefore: number,
): Promise<number> {
  let retired = 0;
  for (;;) {
    const { rows } = await db.query(
      `DELETE FROM fleet.content_run WHERE id IN (
         SELECT id FROM fleet.content_run WHERE completed_at < $1 ORDER BY completed_at LIMIT ${BATCH}
         FOR UPDATE SKIP LOCKED) RETURNING page`,
      [new Date(endedBefore)],
    );
    if (rows.length === 0) return retired;
    retired += rows.length;
    for (const { page } of z.array(retiredRow).parse(rows)) {
      const all = page === null ? [] : [page, ...page.cited];
      const keys = all.flatMap(({ record, screenshot }) =>
        screenshot === null ? [record.key] : [record.key, screenshot.key],
      );
      await Promise.all(keys.map((key) => store.delete(key)));
    }
  }
}
