import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { awaitedLater } from '../../../src/platform/awaited-later.ts';
import { openBrief } from '../../../src/platform/brief-transaction.ts';
import type { Sql } from '../../../src/platform/database.ts';
import { cutConnections, type FreshDatabase, freshDatabase } from '../database.ts';

let fresh: FreshDatabase;
beforeAll(async () => {
  fresh = await freshDatabase({ migrated: false });
  await fresh.db.query('CREATE TABLE kept (id integer PRIMARY KEY)');
});
beforeEach(() => fresh.db.query('DELETE FROM kept'));
afterAll(() => fresh?.drop());

const insert = (sql: Sql, id: unknown): Promise<unknown> =>
  sql.query('INSERT INTO kept (id) VALUES ($1)', [id]);

async function kept(): Promise<unknown[]> {
  return (await fresh.db.query('SELECT id FROM kept ORDER BY id')).rows;
}

describe('a brief transaction', () => {
  it('commits what was awaited and what was left for the last', async () => {
    const result = await fresh.db.briefTransaction(async (sql, last) => {
      await Promise.all([insert(sql, 1), insert(sql, 2)]);
      last(insert(sql, 3));
      return 'done';
    });
    expect(result).toBe('done');
    expect(await kept()).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
  });

  it.each<[string, (sql: Sql, last: (statement: Promise<unknown>) => void) => Promise<unknown>]>([
    ['a first statement', (sql) => Promise.all([insert(sql, 1), insert(sql, 1), insert(sql, 2)])],
    [
      'a last statement, refused by the server',
      async (sql, last) => {
        await insert(sql, 1);
        last(insert(sql, 1));
        last(insert(sql, 2));
      },
    ],
    [
      'a last statement, that cannot even be sent',
      async (sql, last) => {
        await insert(sql, 1);
        last(insert(sql, circular()));
        last(insert(sql, 2));
      },
    ],
    [
      'the work itself',
      async (sql) => {
        await insert(sql, 1);
        throw new Error('no');
      },
    ],
  ])('keeps nothing when it fails in %s, and its connection goes on', async (_what, work) => {
    await expect(fresh.db.briefTransaction(work)).rejects.toThrow();
    expect(await kept()).toEqual([]);
    await fresh.db.briefTransaction((sql) => insert(sql, 7));
    expect(await kept()).toEqual([{ id: 7 }]);
  });

  it('says that the database is away when the connection is cut between its round trips', async () => {
    const cut = fresh.db.briefTransaction(async (sql, last) => {
      await insert(sql, 1);
      await cutConnections(fresh.url, 'capture-fleet');
      last(insert(sql, 2));
    });
    await expect(cut).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    expect(await kept()).toEqual([]);
  });

  it('many at once, some of which fail, leave exactly what those say that succeeded', async () => {
    const ends = await Promise.allSettled(
      Array.from({ length: 60 }, (_, index) =>
        fresh.db.briefTransaction(async (sql, last) => {
          const own = awaitedLater(insert(sql, index));
          const more = awaitedLater(insert(sql, index % 3 === 0 ? index : index + 1_000));
          await own;
          await more;
          last(insert(sql, index + 2_000));
          return index;
        }),
      ),
    );
    const succeeded = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
    expect(succeeded).toHaveLength(40);
    const ids = succeeded.flatMap((index) => [index, index + 1_000, index + 2_000]).sort((a, b) => a - b);
    expect(await kept()).toEqual(ids.map((id) => ({ id })));
  });
});

describe('its order on the wire', () => {
  it('is BEGIN with the first statements, COMMIT right behind the last, and nothing after a BEGIN that failed', async () => {
    const wire = (fails: boolean): { sql: Sql; said: string[] } => {
      const said: string[] = [];
      const query: Sql['query'] = async (text) => {
        said.push(text);
        await new Promise((answered) => setImmediate(answered));
        if (fails && text === 'BEGIN') throw new Error('no BEGIN');
        return { rows: [], rowCount: 0 };
      };
      return { sql: { query }, said };
    };
    const work = async (sql: Sql, last: (statement: Promise<unknown>) => void): Promise<void> => {
      await Promise.all([sql.query('a'), sql.query('b')]);
      last(sql.query('c'));
    };
    const well = wire(false);
    await openBrief(well.sql, work);
    expect(well.said).toEqual(['BEGIN', 'a', 'b', 'c', 'COMMIT']);
    const badly = wire(true);
    await expect(openBrief(badly.sql, work)).rejects.toThrow('no BEGIN');
    expect(badly.said).toEqual(['BEGIN', 'a', 'b']);
  });

  it('refuses a statement that comes after the COMMIT', async () => {
    let late: Sql | undefined;
    await fresh.db.briefTransaction(async (sql) => {
      late = sql;
    });
    await expect(late?.query('SELECT 1')).rejects.toThrow('after the COMMIT');
  });
});

function circular(): unknown {
  const one: Record<string, unknown> = {};
  one.self = one;
  return one;
}
