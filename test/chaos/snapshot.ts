import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { ArtifactStore } from '../../src/artifacts/artifact-store.ts';
import { keptArtifacts } from '../../src/artifacts/kept-artifacts.ts';
import { artifactsSchema, envelopeSchema } from '../../src/contract/envelope.ts';
import { OUTCOME_RULES, outcomeSchema } from '../../src/contract/outcome.ts';
import { surfaceNameSchema } from '../../src/contract/surface-name.ts';
import { currentPrices } from '../../src/jobs/price-table.ts';
import { findDisagreement, REPAIRED } from '../../src/jobs/reconcile.ts';
import type { Database } from '../../src/platform/database.ts';
import { commandLine, readProcesses } from '../../src/platform/process-table.ts';
import { verifies } from '../integration/webhooks/receiver.ts';
import type { ChaosWorld } from './chaos-world.ts';
import type { Feed } from './feed.ts';
import type { Snapshot } from './oracle-facts.ts';

const childRow = z.object({
  id: z.string(),
  jobId: z.string(),
  surface: surfaceNameSchema,
  status: z.string(),
  outcome: outcomeSchema.nullable(),
  ended: z.boolean(),
  artifacts: artifactsSchema.nullable(),
  envelope: z.unknown(),
  envelopeSha256: z.string().nullable(),
});
/** A child's row. */
export type ChildRow = z.infer<typeof childRow>;
const postingRow = z.object({
  childId: z.string(),
  kind: z.enum(['reserve', 'settle', 'release']),
  amount: z.int(),
});
const eventRow = z.object({ id: z.string(), childId: z.string(), status: z.string() });
const balanceRow = z.object({ reserved: z.coerce.number(), openChildren: z.coerce.number() });
const eventBody = z.object({ id: z.string(), job: z.object({ id: z.string(), status: z.string() }) });
const waitingRow = z.object({ open: z.int(), untold: z.int() });

/** Children that have not ended, and events that no receiver has acknowledged yet. */
export async function waiting(db: Database): Promise<z.infer<typeof waitingRow>> {
  const { rows } = await db.query(
    `SELECT (SELECT count(*)::integer FROM fleet.child WHERE completed_at IS NULL) AS open,
       (SELECT count(*)::integer FROM fleet.event e WHERE expanded_at IS NULL OR EXISTS (
          SELECT 1 FROM fleet.webhook_delivery d WHERE d.event_id = e.id AND d.state = 'pending')) AS untold`,
  );
  return waitingRow.parse(rows[0]);
}

export interface RunFacts {
  lastFaultEndedAt: number;
  /** When the run saw that all had ended; by the true clock, which those of the processes need not be. */
  allEndedAt: number;
  badEnds: Snapshot['trouble']['badEnds'];
  left: Snapshot['left'];
}

/** Takes down what is there once a run is over. */
export async function takeSnapshot(world: ChaosWorld, feed: Feed, facts: RunFacts): Promise<Snapshot> {
  return world.look(async (db) => {
    const all = async <T>(schema: z.ZodType<T>, text: string): Promise<T[]> =>
      z.array(schema).parse((await db.query(text)).rows);
    const rows = await all(
      childRow,
      `SELECT id, job_id AS "jobId", surface, status, outcome, completed_at IS NOT NULL AS ended, artifacts, envelope,
         coalesce(envelope_sha256, encode(sha256(convert_to(envelope::text, 'UTF8')), 'hex')) AS "envelopeSha256" FROM fleet.child ORDER BY id`,
    );
    const { children, jobs } = await findDisagreement(db);
    const [balance = { reserved: 0, openChildren: 0 }] = await all(
      balanceRow,
      `SELECT sum(reserved) AS reserved, sum(open_children) AS "openChildren" FROM fleet.account_balance`,
    );
    return {
      lastFaultEndedAt: facts.lastFaultEndedAt,
      accepted: feed.accepted,
      children: rows.map(({ id, jobId, surface, status, outcome, ended }) => ({
        ...{ id, jobId, status, outcome, completedAt: ended ? facts.allEndedAt : null },
        price: currentPrices().prices[surface],
        charged: status === 'completed' && outcome !== null && OUTCOME_RULES[outcome].charged,
      })),
      postings: await all(
        postingRow,
        `SELECT child_id AS "childId", kind, amount FROM fleet.ledger_entry WHERE child_id IS NOT NULL`,
      ),
      balance,
      events: await all(
        eventRow,
        `SELECT id, child_id AS "childId", substr(type, 5) AS status FROM fleet.event WHERE child_id IS NOT NULL`,
      ),
      receipts: receiptsOf(world),
      proofs: (await Promise.all(rows.map((row) => proofsOf(row, world.s3.store())))).flat(),
      envelopes: rows.map(envelopeOf),
      trouble: {
        refused: feed.refused,
        deaths: [...world.processes.values()].flatMap(({ deaths }) => deaths),
        badEnds: facts.badEnds,
        repairs: repairsIn(world.root),
        disagreements: [...children.map(({ id }) => id), ...jobs.map(({ queueJobId }) => queueJobId)],
      },
      left: facts.left,
    };
  });
}

function receiptsOf({ receiver, webhookSecret }: ChaosWorld): Snapshot['receipts'] {
  return receiver.received.map((received) => {
    const { id, job } = eventBody.parse(JSON.parse(received.body));
    return {
      eventId: id,
      ...{ childId: job.id, status: job.status },
      verified: received.headers['webhook-id'] === id && verifies(webhookSecret, received),
    };
  });
}

/** Every artefact that a child's row names, read and compared with its hash. */
export async function proofsOf(
  { id, artifacts, envelopeSha256 }: ChildRow,
  store: Pick<ArtifactStore, 'get'>,
): Promise<Snapshot['proofs'][number][]> {
  return Promise.all(
    keptArtifacts(artifacts, envelopeSha256).map(async ({ kind, key, sha256 }) => {
      try {
        await store.get(key, sha256);
        return { childId: id, kind, problem: sha256 === null ? `${key} has no recorded hash` : null };
      } catch (error) {
        return { childId: id, kind, problem: error instanceof Error ? error.message : String(error) };
      }
    }),
  );
}

/** What contradicts in a child's Envelope, if it has one. Pure. */
export function envelopeOf({
  id,
  surface,
  status,
  outcome,
  artifacts,
  envelope,
}: ChildRow): Snapshot['envelopes'][number] {
  if (envelope === null) return { childId: id, problem: status === 'completed' ? 'is missing' : null };
  const read = envelopeSchema.safeParse(envelope);
  if (!read.success) return { childId: id, problem: read.error.message.slice(0, 200) };
  const { job } = read.data;
  const said = `${job.id} ${job.surface} ${job.status} ${job.outcome}`;
  const stored = `${id} ${surface} ${status} ${outcome}`;
  if (said !== stored) return { childId: id, problem: `says ${said}, the row ${stored}` };
  const same = isDeepStrictEqual(job.artifacts, artifacts);
  return { childId: id, problem: same ? null : 'names other proof than the row' };
}

/** What the processes' logs tell of children and queue that disagreed and were repaired (reconcile.ts). */
export function repairsIn(root: string): string[] {
  const logs = readdirSync(root).filter((name) => name.endsWith('.log'));
  return logs.flatMap((name) => {
    const lines = readFileSync(join(root, name), 'utf8').split('\n');
    return lines.filter((line) => line.includes(REPAIRED)).map((line) => `${name}: ${line.slice(0, 200)}`);
  });
}

/** What is left of a fleet that was told to end: its processes, and folders of its browsers and temporary files. */
export function leftBehind({
  root,
  processes,
  dataDir,
  browserGroups,
}: Pick<ChaosWorld, 'root' | 'processes' | 'dataDir' | 'browserGroups'>): Snapshot['left'] {
  const running = readProcesses().filter(
    ({ pid, group }) => pid !== process.pid && (browserGroups.seen.has(group) || belongs(pid, root)),
  );
  const places = [join(root, 't'), ...[...processes.keys()].map((name) => join(dataDir(name), 'browsers'))];
  return {
    processes: running.map(({ pid }) => `${pid} ${commandLine(pid).slice(0, 120)}`),
    folders: places.flatMap((place) =>
      existsSync(place) ? readdirSync(place).map((name) => join(place, name)) : [],
    ),
  };
}

/** Whether a process is one of the fleet under `root` (its Postgres and our own children aside): its command says so, or its environment. */
function belongs(pid: number, root: string): boolean {
  const told = `${commandLine(pid)} ${environmentOf(pid)}`;
  return told.includes(`${root}/`) && !told.includes(`${root}/pg/`);
}

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return ''; // Gone, or another user's.
  }
}
