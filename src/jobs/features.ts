import type { Sql } from '../platform/database.ts';
import { DEFAULT_ACCOUNT } from './account.ts';

/** What accounts may be given or denied one by one; an account without `api` is suspended. */
export const FEATURES = ['async-analysis', 'api'] as const;

export type Feature = (typeof FEATURES)[number];

/** Whether an account may use a feature: as somebody decided, else `api` everybody, others the installation's first account. */
export async function hasFeature(sql: Sql, accountId: string, feature: Feature): Promise<boolean> {
  const { rows } = await sql.query(
    'SELECT enabled FROM fleet.account_feature WHERE account_id = $1 AND feature = $2',
    [accountId, feature],
  );
  const decided = rows[0] as { enabled: boolean } | undefined;
  return decided?.enabled ?? (feature === 'api' || accountId === DEFAULT_ACCOUNT);
}

/** Gives or denies a feature; false when there is no such account. */
export async function setFeature(
  sql: Sql,
  accountId: string,
  feature: Feature,
  enabled: boolean,
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `INSERT INTO fleet.account_feature (account_id, feature, enabled)
     SELECT id, $2, $3 FROM fleet.account WHERE id = $1
     ON CONFLICT (account_id, feature) DO UPDATE SET enabled = excluded.enabled`,
    [accountId, feature, enabled],
  );
  return rowCount === 1;
}
