import { z } from 'zod';
import type { Database } from './database.ts';
import type { Log } from './log.ts';

/**
 * One forward step of the schema. Never edited once released; the next step is a new one. A step only adds (nullable
 * columns or ones with a default, tables, indexes): the version before goes on working beside the new one.
 */
export interface Migration {
  /** `0001_jobs`: applied in this order. */
  id: string;
  sql: string;
}

/** Key of the advisory lock: any constant of our own ("fleet" in ASCII). */
const LOCK_KEY = 0x66_6c_65_65_74;

const appliedRow = z.object({ id: z.string() });

/**
 * Brings schema `fleet` to the newest step in one transaction, one process at a time; applied steps are skipped, so
 * every process calls it at its start. Returns the ids applied now.
 */
export async function migrate(db: Database, migrations: readonly Migration[], log: Log): Promise<string[]> {
  const ordered = [...migrations].sort((a, b) => a.id.localeCompare(b.id, 'en'));
  return db.transaction(async (sql) => {
    await sql.query('SELECT pg_advisory_xact_lock($1)', [LOCK_KEY]);
    await sql.query('CREATE SCHEMA IF NOT EXISTS fleet');
    await sql.query(
      'CREATE TABLE IF NOT EXISTS fleet.migration (id text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())',
    );
    const { rows } = await sql.query('SELECT id FROM fleet.migration');
    const applied = new Set(
      z
        .array(appliedRow)
        .parse(rows)
        .map((row) => row.id),
    );
    const due = ordered.filter((migration) => !applied.has(migration.id));
    for (const migration of due) {
      await sql.query(migration.sql);
      await sql.query('INSERT INTO fleet.migration (id) VALUES ($1)', [migration.id]);
      log.info({ migration: migration.id }, 'database migrated');
    }
    return due.map((migration) => migration.id);
  });
}
