import { describe, expect, it } from 'vitest';
import { JOBS_MIGRATIONS } from '../../../src/jobs/schema.ts';
import { migrate } from '../../../src/platform/migrations.ts';
import { freshDatabase, testLog } from '../database.ts';

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
});
