import type { Envelope } from '../../../src/contract/envelope.ts';
import { type ChildId, parseChildId, type RequestId } from '../../../src/contract/ids.ts';
import { OUTCOME_RULES, type Outcome } from '../../../src/contract/outcome.ts';
import type { SearchRequest } from '../../../src/contract/search-request.ts';
import type { FleetSurface, SurfaceName } from '../../../src/contract/surface-name.ts';
import { DEFAULT_ACCOUNT, ownerOf } from '../../../src/jobs/account.ts';
import { createAccount } from '../../../src/jobs/accounts.ts';
import { type ClaimedChild, claim } from '../../../src/jobs/claim.ts';
import { readChild } from '../../../src/jobs/read.ts';
import { settle } from '../../../src/jobs/settle.ts';
import type { SubmitContext } from '../../../src/jobs/submit.ts';
import type { Database, Sql } from '../../../src/platform/database.ts';
import { openQueue, type Queue, type QueuedJob } from '../../../src/platform/queue.ts';
import { type FreshDatabase, freshDatabase, testLog } from '../database.ts';

/** An account that can pay for whatever a test asks. */
export async function openAccount(db: Database, id: string, startCredits = 1_000_000): Promise<void> {
  await createAccount(db, { id, name: id, startCredits, now: Date.now() });
}

/** A database and a queue on it, as the API and a worker share them. */
export interface JobsWorld extends FreshDatabase {
  queue: Queue;
  close(): Promise<void>;
}

export async function openJobsWorld(): Promise<JobsWorld> {
  const fresh = await freshDatabase();
  await openAccount(fresh.db, DEFAULT_ACCOUNT);
  const queue = await openQueue(fresh.db, {
    log: testLog,
    heartbeatS: 10,
    captureTimeoutMs: 30_000,
    retryDelayS: 0,
  });
  return {
    ...fresh,
    queue,
    close: async () => {
      await queue.close();
      await fresh.drop();
    },
  };
}

export const caller = ownerOf(DEFAULT_ACCOUNT);

export function context(given: Partial<SubmitContext> = {}): SubmitContext {
  return {
    requestId: 'req_test' as RequestId,
    caller,
    now: Date.now(),
    ttlMs: 60_000,
    origin: 'stage',
    ...given,
  };
}

export function request(given: Partial<SearchRequest> = {}): SearchRequest {
  return {
    query: 'best crm for startups',
    surfaces: ['chatgpt'],
    regions: [null],
    method: 'auto',
    replicates: 1,
    priority: 5,
    idempotencyKey: null,
    ...given,
  };
}

/** Fetches the next job of a surface, as a worker does. */
export async function fetched(queue: Queue, surface: FleetSurface = 'chatgpt'): Promise<QueuedJob> {
  const job = await queue.fetch(surface);
  if (job === undefined) throw new Error(`no job is due on ${surface}`);
  return job;
}

/** Fetches and claims. */
export async function claimed(
  { db, queue }: { db: Database; queue: Queue },
  given: { surface?: FleetSurface; workerId?: string } = {},
): Promise<ClaimedChild> {
  const job = await fetched(queue, given.surface);
  const result = await claim(db, queue, job, { workerId: given.workerId ?? 'worker-1', now: Date.now() });
  if (result.kind !== 'claimed') throw new Error(`claim said ${result.kind}`);
  return result.child;
}

/** The Envelope a worker would settle with. */
export async function envelopeFor(
  db: Database,
  childId: ChildId,
  outcome: Outcome,
  text = '',
  accountId = DEFAULT_ACCOUNT,
): Promise<Envelope> {
  const parts = parseChildId(childId);
  const found = parts && (await readChild(db, accountId, parts));
  if (found === undefined) throw new Error(`no child ${childId}`);
  // Skeletons share their empty parts.
  const skeleton = structuredClone(found);
  const { childStatus, message } = OUTCOME_RULES[outcome];
  skeleton.job.status = childStatus;
  skeleton.job.outcome = outcome;
  skeleton.job.completedAt = new Date().toISOString();
  if (childStatus === 'failed') skeleton.job.failure = { code: outcome, message, retryable: false };
  skeleton.answer.text = text;
  skeleton.answer.markdown = text;
  return skeleton;
}

/** Runs the next child of a surface to its end. */
export async function finishNext(
  world: { db: Database; queue: Queue },
  given: { surface?: SurfaceName; outcome?: Outcome; text?: string } = {},
): Promise<Envelope> {
  const child = await claimed(world, given);
  const envelope = await envelopeFor(
    world.db,
    child.id,
    given.outcome ?? 'answered',
    given.text ?? 'an answer',
  );
  await settle(world.db, world.queue, child, envelope);
  return envelope;
}

/** A database whose transactions break before statement `at` (0-based), as when the process dies there. */
export function breakingAt(db: Database, at: number): Database {
  return {
    ...db,
    transaction: (work) => db.transaction((sql) => work(breaking(sql, at))),
    briefTransaction: (work) => db.briefTransaction((sql, last) => work(breaking(sql, at), last)),
  };
}

/** Nothing is said from that statement on. */
function breaking(sql: Sql, at: number): Sql {
  let statement = 0;
  return {
    query: async (text, values) => {
      if (statement++ >= at) throw new Error(`broken before statement ${at}`);
      return sql.query(text, values);
    },
  };
}
