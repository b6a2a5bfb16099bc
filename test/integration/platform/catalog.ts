import { z } from 'zod';
import type { Sql } from '../../../src/platform/database.ts';

const column = z.object({
  table: z.string(),
  name: z.string(),
  type: z.string(),
  notNull: z.boolean(),
  /** Filled by the server when a statement does not name it. */
  filled: z.boolean(),
});
const rule = z.object({
  table: z.string(),
  name: z.string(),
  /** Columns that it is about; empty where it cannot be told. */
  columns: z.array(z.string()),
  definition: z.string(),
});
const routine = z.object({ name: z.string(), takes: z.string(), returns: z.string() });

/** What a schema lets its users do. */
export interface Catalog {
  relations: readonly string[];
  columns: readonly z.infer<typeof column>[];
  /** Checks, foreign keys, primary keys and unique indexes: what refuses rows, or what ON CONFLICT names. */
  rules: readonly z.infer<typeof rule>[];
  routines: readonly z.infer<typeof routine>[];
}

const RELATIONS = `SELECT relname AS name FROM pg_class WHERE relnamespace = 'fleet'::regnamespace AND relkind IN ('r', 'v', 'm', 'p')`;
const COLUMNS = `SELECT c.relname AS "table", a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS "notNull",
    a.atthasdef OR a.attidentity <> '' OR a.attgenerated <> '' AS filled
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
  WHERE c.relnamespace = 'fleet'::regnamespace AND c.relkind IN ('r', 'v', 'm', 'p') AND a.attnum > 0 AND NOT a.attisdropped`;
const CONSTRAINTS = `SELECT c.relname AS "table", k.conname AS name, pg_get_constraintdef(k.oid) AS definition,
    ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)) AS columns
  FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
  WHERE c.relnamespace = 'fleet'::regnamespace AND k.contype IN ('c', 'f', 'p', 'u', 'x')`;
const UNIQUE_INDEXES = `SELECT c.relname AS "table", i.relname AS name, pg_get_indexdef(i.oid) AS definition,
    ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = x.indrelid AND a.attnum = ANY (x.indkey)) AS columns
  FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid
  WHERE c.relnamespace = 'fleet'::regnamespace AND x.indisunique
    AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.oid AND k.conrelid = c.oid)`;
const ROUTINES = `SELECT p.proname AS name, oidvectortypes(p.proargtypes) AS takes, pg_get_function_result(p.oid) AS returns
  FROM pg_proc p WHERE p.pronamespace = 'fleet'::regnamespace`;

/** Reads schema `fleet` as it stands for whoever asks. */
export async function readCatalog(sql: Sql): Promise<Catalog> {
  const all = async <T>(schema: z.ZodType<T>, text: string): Promise<T[]> =>
    z.array(schema).parse((await sql.query(text)).rows);
  return {
    relations: (await all(z.object({ name: z.string() }), RELATIONS)).map(({ name }) => name),
    columns: await all(column, COLUMNS),
    rules: [...(await all(rule, CONSTRAINTS)), ...(await all(rule, UNIQUE_INDEXES))],
    routines: await all(routine, ROUTINES),
  };
}

/**
 * What a version that worked on `before` would stumble over on `after`, in words; nothing when only additions lie
 * between them. `contracted` names what may go: `child.colour`, or a table, view, function or rule by its name. Pure.
 */
export function stumblingBlocks(
  before: Catalog,
  after: Catalog,
  contracted: readonly string[] = [],
): string[] {
  const gone = goneFrom(before, after).filter((name) => !contracted.includes(name));
  return [
    ...gone.map((name) => `${name} is gone`),
    ...changedColumns(before, after),
    ...newDemands(before, after),
  ];
}

function goneFrom(before: Catalog, after: Catalog): string[] {
  const relations = new Set(after.relations);
  const lost = before.relations.filter((name) => !relations.has(name));
  const still = before.columns.filter(({ table }) => relations.has(table));
  const columns = still.filter((old) => columnOf(after, old) === undefined);
  // A rule that goes takes nothing away, except from the ON CONFLICT that names it: primary keys and unique ones.
  const keys = before.rules.filter(
    ({ table, name, definition }) =>
      relations.has(table) &&
      /^(?:PRIMARY KEY|UNIQUE|CREATE UNIQUE)/.test(definition) &&
      !after.rules.some((now) => now.table === table && now.definition === definition && now.name === name),
  );
  const routines = before.routines.filter(
    (old) =>
      !after.routines.some(
        (now) => now.name === old.name && now.takes === old.takes && now.returns === old.returns,
      ),
  );
  return [
    ...lost,
    ...columns.map(({ table, name }) => `${table}.${name}`),
    ...[...keys, ...routines].map(({ name }) => name),
  ];
}

function changedColumns(before: Catalog, after: Catalog): string[] {
  return before.columns.flatMap((old) => {
    const now = columnOf(after, old);
    if (now === undefined) return [];
    const name = `${old.table}.${old.name}`;
    return [
      ...(now.type === old.type ? [] : [`${name} turns from ${old.type} into ${now.type}`]),
      ...(now.notNull && !old.notNull ? [`${name} refuses null`] : []),
      ...(now.notNull && old.filled && !now.filled ? [`${name} is no longer filled by itself`] : []),
    ];
  });
}

/** New columns that must be given, and new rules about old columns: both refuse rows that the older version writes. */
function newDemands(before: Catalog, after: Catalog): string[] {
  const known = new Set(before.relations);
  const columns = after.columns.filter(
    (now) => known.has(now.table) && columnOf(before, now) === undefined && now.notNull && !now.filled,
  );
  const rules = after.rules.filter((now) => {
    const isOld = before.rules.some(
      ({ table, definition }) => table === now.table && definition === now.definition,
    );
    const touchesOld =
      now.columns.length === 0 ||
      now.columns.some((name) => columnOf(before, { table: now.table, name }) !== undefined);
    return known.has(now.table) && !isOld && touchesOld;
  });
  return [
    ...columns.map(({ table, name }) => `${table}.${name} must be given`),
    ...rules.map(({ table, definition }) => `${table} has a new rule: ${definition}`),
  ];
}

function columnOf(
  catalog: Catalog,
  { table, name }: { table: string; name: string },
): Catalog['columns'][number] | undefined {
  return catalog.columns.find((one) => one.table === table && one.name === name);
}
