import { z } from 'zod';
import { FleetError } from '../contract/errors.ts';
import { type Database, openDatabase, type Sql } from './database.ts';
import { errorCode } from './database-error.ts';
import { Deadline } from './deadline.ts';
import type { Log } from './log.ts';

/**
 * One forward step of the schema. Never edited once released; the next step is a new one. A step only adds (nullable
 * columns or ones with a default, tables, indexes): the version before goes on working beside the new one.
 */
export interface Migration {
  /** `0001_jobs`: applied in this order. */
  id: string;
  sql: string;
  /**
   * Makes it a step of the contract phase: what it takes away (`child.colour` for a column, `colour` for a table, view,
   * function or constraint). Allowed once the version before no longer uses these: see *Releases* in the README.
   */
  contracts?: readonly string[];
}

/** Key of the advisory lock: any constant of our own ("fleet" in ASCII). */
const LOCK_KEY = 0x66_6c_65_65_74;
/**
 * A step waits so long for a table that running processes use, then steps back, so that what queues behind it goes on.
 * Less than Postgres's deadlock_timeout (1 s): where both wait for each other, it is never the running work that loses.
 */
const TABLE_WAIT_MS = 500;
const PAUSE_MS = 1_000;
/** What holds a table for longer than this is looked at by a person; our own transactions end within 30 s. */
const PATIENCE_MS = 120_000;
/**
 * A step that builds an index on months of captures, or the wait for another process that does, takes longer than any
 * statement of running work may. Who probes a process that starts must be as patient (docker/kubernetes, `startupProbe`).
 */
export const STEP_MS = 30 * 60_000;
/** SQLSTATEs lock_not_available and deadlock_detected (PostgreSQL 18, appendix A, 2026-11). */
const TABLE_IN_USE = ['55P03', '40P01'];

const appliedRow = z.object({ id: z.string() });

/**
 * Brings schema `fleet` to the newest step in one transaction, one process at a time; applied steps are skipped, so
 * every process calls it at its start, beside running processes of the version before. Steps of a newer version are left
 * alone. When something is due, it has a connection of its own, whose statements may take 30 minutes. Returns the ids
 * applied now. Throws DATABASE_UNAVAILABLE when a table is in use for 2 minutes on end.
 */
export async function migrate(db: Database, migrations: readonly Migration[], log: Log): Promise<string[]> {
  const ordered = [...migrations].sort((a, b) => a.id.localeCompare(b.id, 'en'));
  if ((await dueOf(db, ordered)).length === 0) return [];
  const patient = openDatabase(db.url, { log, max: 1, statementMs: STEP_MS });
  try {
    return await untilTablesAreFree(patient, ordered, log);
  } finally {
    await patient.close();
  }
}

async function untilTablesAreFree(db: Database, ordered: readonly Migration[], log: Log): Promise<string[]> {
  const patience = Deadline.after(PATIENCE_MS);
  for (;;) {
    try {
      return await db.transaction((sql) => applyDue(sql, ordered, log));
    } catch (error) {
      if (!TABLE_IN_USE.includes(errorCode(error) ?? '')) throw error;
      log.info({ err: error }, 'a table to migrate is in use; trying again');
      if (patience.remainingMs() <= PAUSE_MS) throw inUse(error);
      await patience.pause(PAUSE_MS);
    }
  }
}

async function applyDue(sql: Sql, ordered: readonly Migration[], log: Log): Promise<string[]> {
  await sql.query('SELECT pg_advisory_xact_lock($1)', [LOCK_KEY]);
  await sql.query('CREATE SCHEMA IF NOT EXISTS fleet');
  await sql.query(
    'CREATE TABLE IF NOT EXISTS fleet.migration (id text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())',
  );
  const due = await dueOf(sql, ordered);
  await sql.query(`SET LOCAL lock_timeout = ${TABLE_WAIT_MS}`);
  for (const migration of due) {
    await sql.query(migration.sql);
    await sql.query('INSERT INTO fleet.migration (id) VALUES ($1)', [migration.id]);
    log.info({ migration: migration.id }, 'database migrated');
  }
  return due.map((migration) => migration.id);
}

async function dueOf(sql: Sql, ordered: readonly Migration[]): Promise<readonly Migration[]> {
  const { rows: known } = await sql.query(
    `SELECT FROM pg_catalog.pg_tables WHERE schemaname = 'fleet' AND tablename = 'migration'`,
  );
  if (known.length === 0) return ordered;
  const { rows } = await sql.query('SELECT id FROM fleet.migration');
  const applied = new Set(
    z
      .array(appliedRow)
      .parse(rows)
      .map((row) => row.id),
  );
  return ordered.filter((migration) => !applied.has(migration.id));
}

function inUse(cause: unknown): FleetError {
  return new FleetError('DATABASE_UNAVAILABLE', 'the schema cannot be migrated: a table is in use', {
    fix: 'end the long transaction (pg_stat_activity, oldest xact_start) and start this process again',
    cause,
  });
}
