import type { Sql } from '../platform/database.ts';

/** One receiver's host in one account: what the cap and the circuit breaker count. */
export function targetKey(accountId: string, url: string): string {
  return `${accountId} ${new URL(url).origin}`;
}

/** Makes sure the targets exist; what is claimed is found through them. */
export async function ensureTargets(sql: Sql, keys: readonly string[], now: number): Promise<void> {
  await sql.query(
    `INSERT INTO fleet.webhook_target (key, served_at) SELECT DISTINCT key, $2::timestamptz FROM unnest($1::text[]) AS key
     ORDER BY key ON CONFLICT DO NOTHING`,
    [[...keys], new Date(now)],
  );
}
