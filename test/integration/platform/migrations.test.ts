import { describe, expect, it } from 'vitest';
import { ALL_MIGRATIONS } from '../../../src/cli/migrations.ts';
import { JOBS_MIGRATIONS } from '../../../src/jobs/schema.ts';
import { submit } from '../../../src/jobs/submit.ts';
import { openDatabase } from '../../../src/platform/database.ts';
import { migrate } from '../../../src/platform/migrations.ts';
import { freshDatabase, testLog } from '../database.ts';
import { context, finishNext, openJobsWorld, request } from '../jobs/jobs-world.ts';

describe('migrations', () => {
  it('ten processes that start at once apply each step once', async () => {
    const { db, drop } = await freshDatabase({ migrated: false });
    const runs = await Promise.all(Array.from({ length: 10 }, () => migrate(db, JOBS_MIGRATIONS, testLog)));
    expect(runs.flat()).toEqual(JOBS_MIGRATIONS.map((migration) => migration.id));
    await drop();
  });

  it('a step that fails leaves the schema as it was', async () => {
    const { db, drop } = await freshDatabase();
    const broken = [
      ...JOBS_MIGRATIONS,
      { id: '9999_broken', sql: 'CREATE TABLE fleet.half (); SELECT nonsense' },
    ];
    await expect(migrate(db, broken, testLog)).rejects.toThrow('nonsense');
    const { rows } = await db.query(`SELECT to_regclass('fleet.half') AS half`);
    expect(rows).toEqual([{ half: null }]);
    await drop();
  });

  it('given a step that takes longer than a statement of running work may: it is applied all the same', async () => {
    const { db, drop } = await freshDatabase();
    const brief = openDatabase(db.url, { log: testLog, statementMs: 300 });
    await expect(brief.query('SELECT pg_sleep(1)')).rejects.toThrow('statement timeout');
    const long = { id: '9996_long', sql: 'SELECT pg_sleep(1)' };
    expect(await migrate(brief, [...ALL_MIGRATIONS, long], testLog)).toEqual(['9996_long']);
    expect(await migrate(brief, [...ALL_MIGRATIONS, long], testLog)).toEqual([]);
    await brief.close();
    await drop();
  });

  it('given a table that a running transaction uses: the step waits for it, and keeps nobody else waiting', async () => {
    const { db, drop } = await freshDatabase();
    const step = { id: '9997_waits', sql: 'ALTER TABLE fleet.child ADD COLUMN colour text' };
    const held = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const holding = db.transaction(async (sql) => {
      await sql.query('SELECT count(*) FROM fleet.child');
      held.resolve();
      await release.promise;
    });
    await held.promise;
    const migrating = migrate(db, [...ALL_MIGRATIONS, step], testLog);
    const isWaiting = async (): Promise<boolean> => {
      const { rows } = await db.query(
        `SELECT FROM pg_locks WHERE relation = 'fleet.child'::regclass AND NOT granted`,
      );
      return rows.length > 0;
    };
    while (!(await isWaiting())) await new Promise((next) => setTimeout(next, 5));
    // Its lock stands in the queue before this read: only a step that gives up lets the read through.
    expect((await db.query('SELECT count(*) AS count FROM fleet.child')).rows).toEqual([{ count: '0' }]);
    release.resolve();
    await holding;
    expect(await migrating).toEqual(['9997_waits']);
    await drop();
  });

  it('given a database that a newer version has migrated: this version starts, submits, claims and settles on it', async () => {
    const world = await openJobsWorld();
    const newer = {
      id: '9998_newer',
      sql: `ALTER TABLE fleet.job ADD COLUMN colour text; ALTER TABLE fleet.child ADD COLUMN weight integer NOT NULL DEFAULT 1;
        CREATE TABLE fleet.later (id text PRIMARY KEY)`,
    };
    expect(await migrate(world.db, [...ALL_MIGRATIONS, newer], testLog)).toEqual(['9998_newer']);
    // An older process that starts now finds nothing to do and takes nothing back.
    expect(await migrate(world.db, ALL_MIGRATIONS, testLog)).toEqual([]);
    const { jobId } = await submit(world.db, world.queue, request(), context());
    expect((await finishNext(world)).job.status).toBe('completed');
    const { rows } = await world.db.query(
      'SELECT j.colour, c.weight, c.status FROM fleet.job j JOIN fleet.child c ON c.job_id = j.id WHERE j.id = $1',
      [jobId],
    );
    expect(rows).toEqual([{ colour: null, weight: 1, status: 'completed' }]);
    await world.close();
  });
});
