import type { ChildId } from '../contract/ids.ts';
import type { Sql } from '../platform/database.ts';

/**
 * Whether a child ended with this raw artefact: after a settle whose answer was lost, it tells "it was us" from
 * "somebody else did".
 */
export async function isSettledWith(sql: Sql, childId: ChildId, rawKey: string | null): Promise<boolean> {
  const { rows } = await sql.query(`SELECT 1 FROM fleet.child WHERE id = $1 AND artifacts->>'rawKey' = $2`, [
    childId,
    rawKey,
  ]);
  return rows.length === 1;
}
