import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { ALL_MIGRATIONS } from '../../src/cli/migrations.ts';
import { type Database, openDatabase } from '../../src/platform/database.ts';
import { createLog, type Log } from '../../src/platform/log.ts';
import { migrate } from '../../src/platform/migrations.ts';

export const testLog: Log = createLog('silent', 'test');

/** A database of one test file: created empty, dropped at the end. */
export interface FreshDatabase {
  db: Database;
  url: string;
  drop(): Promise<void>;
}

/** Creates a database with our tables in it. */
export async function freshDatabase(options: { migrated?: boolean } = {}): Promise<FreshDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await onServer(`CREATE DATABASE ${name}`);
  const url = urlOf(name);
  const db = openDatabase(url, { log: testLog });
  if (options.migrated ?? true) await migrate(db, ALL_MIGRATIONS, testLog);
  return {
    db,
    url,
    drop: async () => {
      await db.close();
      await onServer(`DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

/** Ends, from outside, the connections of a database whose application name matches; returns how many. */
export async function cutConnections(url: string, applicationName: string): Promise<number> {
  const server = openDatabase(inject('postgresUrl'), { log: testLog, max: 1 });
  try {
    const { rowCount } = await server.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND application_name = $2',
      [new URL(url).pathname.slice(1), applicationName],
    );
    return rowCount;
  } finally {
    await server.close();
  }
}

function urlOf(database: string): string {
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${database}`;
  return url.href;
}

async function onServer(statement: string): Promise<void> {
  const server = openDatabase(inject('postgresUrl'), { log: testLog, max: 1 });
  try {
    await server.query(statement);
  } finally {
    await server.close();
  }
}
