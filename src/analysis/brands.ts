import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Sql } from '../platform/database.ts';
import {
  type BrandFields,
  competitorSchema,
  type FactProposals,
  type FactSources,
  type Facts,
  factProposalsSchema,
  factSourcesSchema,
  factsSchema,
  type OwnBrand,
} from './brand.ts';
import type { Page, PlaceInList } from './page-of-list.ts';
import { pageOf } from './page-of-list.ts';

const COLUMNS = `id, name, website, country, language, aliases, categories, competitors, facts,
  fact_sources AS "factSources", fact_proposals AS "factProposals", created_at AS "createdAt", updated_at AS "updatedAt"`;

const brandRow = z.object({
  id: z.string(),
  name: z.string(),
  website: z.string(),
  country: z.string().nullable(),
  language: z.string().nullable(),
  aliases: z.array(z.string()),
  categories: z.array(z.string()),
  competitors: z.array(competitorSchema),
  facts: factsSchema,
  factSources: factSourcesSchema,
  factProposals: factProposalsSchema,
  createdAt: z.date(),
  updatedAt: z.date(),
});

/** Stores a brand of an account. */
export async function createBrand(
  sql: Sql,
  accountId: string,
  fields: BrandFields,
  now: number,
): Promise<OwnBrand> {
  const { rows } = await sql.query(
    `INSERT INTO fleet.brand (id, account_id, name, website, country, language, aliases, categories, competitors,
       created_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10) RETURNING ${COLUMNS}`,
    [randomUUID(), accountId, ...valuesOf(fields), new Date(now)],
  );
  return brandRow.parse(rows[0]);
}

function valuesOf(fields: BrandFields): unknown[] {
  const { name, website, country, language, aliases, categories, competitors } = fields;
  return [
    name,
    website,
    country,
    language,
    ...[aliases, categories, competitors].map((list) => JSON.stringify(list)),
  ];
}

/** Undefined when the account has no such brand. `lock`: nobody else changes it until the transaction ends. */
export async function readBrand(
  sql: Sql,
  accountId: string,
  id: string,
  lock = false,
): Promise<OwnBrand | undefined> {
  const { rows } = await sql.query(
    `SELECT ${COLUMNS} FROM fleet.brand WHERE account_id = $1 AND id = $2${lock ? ' FOR UPDATE' : ''}`,
    [accountId, id],
  );
  return brandRow.optional().parse(rows[0]);
}

/** The brands of an account, newest first. */
export async function listBrands(
  sql: Sql,
  accountId: string,
  limit: number,
  after: PlaceInList | null,
): Promise<Page<OwnBrand>> {
  const { rows } = await sql.query(
    `SELECT ${COLUMNS} FROM fleet.brand
     WHERE account_id = $1 AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3::uuid))
     ORDER BY created_at DESC, id DESC LIMIT $4`,
    [accountId, after === null ? null : new Date(after.createdAt), after?.id ?? null, limit + 1],
  );
  return pageOf(z.array(brandRow).parse(rows), limit);
}

/** Replaces what a brand says; undefined when there is none. Reports measured before keep their figures. */
export async function updateBrand(
  sql: Sql,
  accountId: string,
  id: string,
  fields: BrandFields,
  now: number,
): Promise<OwnBrand | undefined> {
  const { rows } = await sql.query(
    `UPDATE fleet.brand SET name = $3, website = $4, country = $5, language = $6, aliases = $7, categories = $8,
       competitors = $9, updated_at = $10
     WHERE account_id = $1 AND id = $2 RETURNING ${COLUMNS}`,
    [accountId, id, ...valuesOf(fields), new Date(now)],
  );
  return brandRow.optional().parse(rows[0]);
}

/** Replaces the facts; `own`: the fields the owner has just written, which have no other source any more. */
export async function updateFacts(
  sql: Sql,
  accountId: string,
  id: string,
  { facts, own }: { facts: Facts; own: readonly string[] },
  now: number,
): Promise<OwnBrand | undefined> {
  const { rows } = await sql.query(
    `UPDATE fleet.brand SET facts = $3, fact_sources = fact_sources - $5::text[],
       fact_proposals = fact_proposals - $5::text[], updated_at = $4
     WHERE account_id = $1 AND id = $2 RETURNING ${COLUMNS}`,
    [accountId, id, JSON.stringify(facts), new Date(now), [...own]],
  );
  return brandRow.optional().parse(rows[0]);
}

/** Writes facts with where they were read, and what is only proposed. */
export async function updateResearched(
  sql: Sql,
  id: string,
  { facts, factSources, proposals }: { facts: Facts; factSources: FactSources; proposals: FactProposals },
  now: number,
): Promise<void> {
  await sql.query(
    'UPDATE fleet.brand SET facts = $2, fact_sources = $3, fact_proposals = $4, updated_at = $5 WHERE id = $1',
    [id, JSON.stringify(facts), JSON.stringify(factSources), JSON.stringify(proposals), new Date(now)],
  );
}

/** Deletes a brand with its reports; false when there is none. */
export async function deleteBrand(sql: Sql, accountId: string, id: string): Promise<boolean> {
  const { rowCount } = await sql.query('DELETE FROM fleet.brand WHERE account_id = $1 AND id = $2', [
    accountId,
    id,
  ]);
  return (rowCount ?? 0) > 0;
}

/** The brand of an account that has exactly one; undefined for none and for several. */
export async function onlyBrand(sql: Sql, accountId: string): Promise<OwnBrand | undefined> {
  const { rows } = await sql.query(`SELECT ${COLUMNS} FROM fleet.brand WHERE account_id = $1 LIMIT 2`, [
    accountId,
  ]);
  return rows.length === 1 ? brandRow.parse(rows[0]) : undefined;
}
