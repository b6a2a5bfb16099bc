import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { ApiError } from '../contract/errors.ts';
import type { Caller, KeyMode } from '../jobs/account.ts';
import { reserveWork, resolveWork } from '../jobs/open-work.ts';
import type { Database, Sql } from '../platform/database.ts';
import { errorCode } from '../platform/database-error.ts';
import { type FactProposals, type FactSources, type Facts, factsSchema, type OwnBrand } from './brand.ts';
import { readBrand, updateResearched } from './brands.ts';
import type { FoundFact } from './page-facts.ts';

/** Stands in the ledger beside every reservation (specs/analysis.md A.3: 2 units and 1 credit). */
const PRICE_VERSION = 'facts/2026-07-21';
const CREDITS = 1;
/** Attempts a research gets when the processes doing it are lost. */
const MOST_ATTEMPTS = 3;
/** A research that nobody could finish by then has failed. */
const TIME_MS = 14 * 60_000;

/** Research of a brand's facts, as a job. */
export interface FactsRun {
  id: string;
  accountId: string;
  brandId: string;
  mode: KeyMode;
  website: string;
  status: 'queued' | 'processing' | 'completed' | 'failed';
  error: string | null;
  createdAt: Date;
  startedAt: Date | null;
  completedAt: Date | null;
}

const COLUMNS = `id, account_id AS "accountId", brand_id AS "brandId", mode, website, status, error,
  created_at AS "createdAt", started_at AS "startedAt", completed_at AS "completedAt"`;

const runRow = z.object({
  id: z.string(),
  accountId: z.string(),
  brandId: z.string(),
  mode: z.enum(['live', 'test']),
  website: z.string(),
  status: z.enum(['queued', 'processing', 'completed', 'failed']),
  error: z.string().nullable(),
  createdAt: z.date(),
  startedAt: z.date().nullable(),
  completedAt: z.date().nullable(),
});

const workOf = ({ id }: Pick<FactsRun, 'id'>): string => `facts:${id}`;

/**
 * Accepts a research and reserves its credit, in the caller's transaction. Throws ApiError CONFLICT with `details.reason`
 * while another of the brand is under way, INSUFFICIENT_CREDITS.
 */
export async function startResearch(
  sql: Sql,
  { id: brandId, website }: OwnBrand,
  { accountId, mode }: Caller,
  now: number,
): Promise<FactsRun> {
  const { rows } = await sql
    .query(
      `INSERT INTO fleet.facts_run (id, account_id, brand_id, mode, website, created_at)
       VALUES ($1, $2, $3, $4, $5, $6) RETURNING ${COLUMNS}`,
      [randomUUID(), accountId, brandId, mode, website, new Date(now)],
    )
    .catch((error: unknown) => {
      // 23505 unique_violation: one research of a brand at a time.
      if (errorCode(error) !== '23505') throw error;
      throw new ApiError('CONFLICT', 'facts of this brand are being researched', {
        ...{ details: { reason: 'facts_research_running' }, cause: error },
      });
    });
  const run = runRow.parse(rows[0]);
  await reserveWork(sql, {
    accountId,
    parts: [{ id: workOf(run), credits: mode === 'test' ? 0 : CREDITS }],
    priceVersion: PRICE_VERSION,
    // A brand that is deleted takes its research with it, and nobody is left to give the credit back.
    ...{ expiresAt: now + 2 * TIME_MS, now },
  });
  return run;
}

/** A research of the account; undefined when there is none. */
export async function readResearch(sql: Sql, accountId: string, id: string): Promise<FactsRun | undefined> {
  const { rows } = await sql.query(
    `SELECT ${COLUMNS} FROM fleet.facts_run WHERE account_id = $1 AND id = $2`,
    [accountId, id],
  );
  return runRow.optional().parse(rows[0]);
}

export interface LeasedResearch extends FactsRun {
  lease: string;
}

/** Takes the oldest research that waits, or whose process was lost, for `leaseMs`; undefined when there is none. */
export async function claimResearch(
  sql: Sql,
  now: number,
  leaseMs: number,
): Promise<LeasedResearch | undefined> {
  const { rows } = await sql.query(
    `UPDATE fleet.facts_run SET status = 'processing', lease = $1, lease_until = $3, attempts = attempts + 1,
       started_at = coalesce(started_at, $2)
     WHERE id = (
       SELECT id FROM fleet.facts_run
       WHERE (status = 'queued' OR (status = 'processing' AND lease_until < $2))
         AND attempts < ${MOST_ATTEMPTS} AND created_at > $4
       ORDER BY created_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
     RETURNING ${COLUMNS}, lease`,
    [randomUUID(), new Date(now), new Date(now + leaseMs), new Date(now - TIME_MS)],
  );
  return runRow.extend({ lease: z.string() }).optional().parse(rows[0]);
}

/** How a research ended: with what was found, and what a language model proposes beside it; or with why nothing was. */
export type ResearchEnd = { found: readonly FoundFact[]; proposed?: FactProposals } | { error: string };

/**
 * Ends a research in one transaction: its row, its credit, the brand's facts. Only the process that holds the lease can;
 * false, and nothing changed, for any other.
 */
export async function endResearch(
  db: Database,
  run: LeasedResearch,
  end: ResearchEnd,
  now: number,
): Promise<boolean> {
  return db.transaction((sql) => ended(sql, run, run.lease, end, now));
}

async function ended(
  sql: Sql,
  run: FactsRun,
  lease: string | null,
  end: ResearchEnd,
  now: number,
): Promise<boolean> {
  const found = 'found' in end;
  const { rowCount } = await sql.query(
    `UPDATE fleet.facts_run SET status = $2, error = $3, found = $4, completed_at = $5, lease = NULL,
       lease_until = NULL
     WHERE id = $1 AND status IN ('queued', 'processing') AND ($6::uuid IS NULL OR lease = $6)`,
    [
      ...[run.id, found ? 'completed' : 'failed', found ? null : end.error],
      ...[found ? JSON.stringify(end.found) : null, new Date(now), lease],
    ],
  );
  if (rowCount !== 1) return false;
  await resolveWork(sql, [workOf(run)], found ? 'settle' : 'release', now);
  if (!found) return true;
  const brand = await readBrand(sql, run.accountId, run.brandId, true);
  if (brand === undefined) return true;
  const taken = takenOver(brand, end.found, now);
  const proposals = stillMissing(end.proposed ?? {}, taken.facts);
  await updateResearched(sql, brand.id, { ...taken, proposals }, now);
  return true;
}

/** Proposals for facts that nobody has stated. */
function stillMissing(proposed: FactProposals, facts: Facts): FactProposals {
  const fields = factsSchema.keyof().options.filter((field) => isEmpty(facts[field]));
  return Object.fromEntries(fields.flatMap((field) => (proposed[field] ? [[field, proposed[field]]] : [])));
}

function isEmpty(stated: Facts[keyof Facts]): boolean {
  return stated === null || (Array.isArray(stated) && stated.length === 0);
}

/** Names that are matched in answers: taken over by themselves they would change figures nobody asked to change. */
const PROPOSED_ONLY: readonly (keyof Facts)[] = ['products'];

/**
 * The brand's facts with what a research found: what the owner wrote stays, what an earlier research wrote is renewed,
 * products are only proposed. Every found fact is listed with its source. Pure.
 */
export function takenOver(
  { facts, factSources }: Pick<OwnBrand, 'facts' | 'factSources'>,
  found: readonly FoundFact[],
  now: number,
): { facts: Facts; factSources: FactSources } {
  const result: Record<string, unknown> = { ...facts };
  const sources: FactSources = { ...factSources };
  for (const { field, value, url, basis, quote } of found) {
    const taken =
      !PROPOSED_ONLY.includes(field) && (isEmpty(facts[field]) || factSources[field]?.taken === true);
    if (taken) result[field] = value;
    sources[field] = { value, url, basis, quote, taken, read_at: new Date(now).toISOString() };
  }
  return { facts: result as Facts, factSources: sources };
}

/** Ends researches whose time is over or whose processes were lost too often; their credit is given back. How many. */
export async function expireResearch(db: Database, now: number): Promise<number> {
  const { rows } = await db.query(
    `SELECT ${COLUMNS} FROM fleet.facts_run
     WHERE status IN ('queued', 'processing') AND (lease_until IS NULL OR lease_until < $1)
       AND (created_at <= $2 OR attempts >= ${MOST_ATTEMPTS}) ORDER BY created_at LIMIT 100`,
    [new Date(now), new Date(now - TIME_MS)],
  );
  let count = 0;
  for (const run of z.array(runRow).parse(rows)) {
    const error =
      run.createdAt.getTime() <= now - TIME_MS
        ? 'no process of the fleet had time for this research within 14 minutes'
        : `this research could not be finished in ${MOST_ATTEMPTS} attempts; the fault is the fleet's`;
    if (await db.transaction((sql) => ended(sql, run, null, { error }, now))) count++;
  }
  return count;
}
