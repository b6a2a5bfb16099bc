import pg from 'pg';
import { type BriefWork, openBrief } from './brief-transaction.ts';
import { connected, databaseError, sparesConnection, throughTheDoor } from './database-error.ts';
import { sha256Hex } from './identifiers.ts';
import type { Log } from './log.ts';
import { PoolSockets } from './pool-sockets.ts';
import { PoolTurns } from './pool-turns.ts';

/** What a statement gives back. Rows are unknown until the module that owns the table has parsed them. */
export interface SqlResult {
  rows: unknown[];
  /** Rows affected or returned. */
  rowCount: number;
}

/** Something that runs SQL: the pool, or one open transaction. */
export interface Sql {
  query(text: string, values?: readonly unknown[]): Promise<SqlResult>;
}

/** The process's pool. */
export interface Database extends Sql {
  readonly url: string;
  /** Runs `work` in one transaction: commits when it resolves, rolls back and rethrows when it rejects. */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  /**
   * As `transaction`, in fewer round trips: see brief-transaction.ts.
   */
  briefTransaction<T>(work: BriefWork<T>): Promise<T>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  log: Log;
  applicationName?: string;
  /** Connections at most; default 10. */
  max?: number;
  /** How long a statement may take on the server; default 15 s. */
  statementMs?: number;
}

/** Enough for many captures: a child's statements take milliseconds, and who finds none free waits (pool-turns.ts). */
const CONNECTIONS = 10;
const STATEMENT_TIMEOUT_MS = 15_000;
const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Opens the pool. No connection is made yet. Every statement ends within 15 s (`statementMs`) on the server and 5 s more
 * here, so that no caller waits for ever; outages are thrown as FleetError DATABASE_UNAVAILABLE, and so is a pool all of whose
 * connections are in use for too long.
 */
export function openDatabase(url: string, options: DatabaseOptions): Database {
  const sockets = new PoolSockets();
  const { max = CONNECTIONS, statementMs = STATEMENT_TIMEOUT_MS } = options;
  const pool = new pg.Pool({
    stream: sockets.stream,
    connectionString: url,
    application_name: options.applicationName ?? 'capture-fleet',
    max,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: 30_000,
    statement_timeout: statementMs,
    idle_in_transaction_session_timeout: 30_000,
    query_timeout: statementMs + 5_000,
    keepAlive: true,
    // What is asked on one connection before an answer came is sent at once, and answered in that order: one round trip.
    pipeline: true,
  });
  // An idle connection that dies is replaced by the pool; without a listener it would end the process.
  pool.on('error', (error) => options.log.warn({ err: error }, 'idle database connection lost'));
  const lent: Lending = { pool, turns: new PoolTurns(max) };
  pool.on('connect', hearErrors);
  return {
    url,
    query: (text, values) => single(lent, text, values),
    transaction: (work) => transaction(lent, work),
    briefTransaction: (work) => onOneClient(lent, (sql) => openBrief(sql, work)),
    close: () => sockets.closeWith(() => pool.end()),
  };
}

/**
 * Heard for as long as a connection lives: what breaks it is reported by the statement under way or the next one, and an
 * event that nobody hears ends the process. A listener of whoever has just been lent the connection comes too late: a
 * server that shuts down sends its goodbye in the same packet as "ready" (pg-pool 3.14 lends within that packet).
 */
export function hearErrors(client: pg.ClientBase): void {
  client.on('error', () => undefined);
}

/** The pool, and whose turn it is to have a connection of it. */
interface Lending {
  pool: pg.Pool;
  turns: PoolTurns;
}

interface Loan {
  client: pg.PoolClient;
  /** A broken one is not lent again. */
  giveBack(broken: boolean): void;
}

/** A connection, when one is free. */
async function borrow({ pool, turns }: Lending): Promise<Loan> {
  const over = await turns.take();
  let client: pg.PoolClient | undefined;
  try {
    client = await connected(() => pool.connect());
  } finally {
    if (client === undefined) over(false);
  }
  const lent = client;
  return {
    client: lent,
    giveBack: (broken) => {
      lent.release(broken);
      over(!broken);
    },
  };
}

async function single(lent: Lending, text: string, values?: readonly unknown[]): Promise<SqlResult> {
  const { client, giveBack } = await borrow(lent);
  let failed = true;
  try {
    const result = await throughTheDoor(() => run(client, text, values));
    failed = false;
    return result;
  } finally {
    giveBack(failed);
  }
}

async function run(on: pg.PoolClient, text: string, values: readonly unknown[] = []): Promise<SqlResult> {
  // Without values pg speaks the simple protocol, where a text of several statements gives a list of results.
  const given: pg.QueryResult | pg.QueryResult[] = await (values.length > 0
    ? on.query({ ...named(text), text, values: [...values] })
    : on.query(text));
  const result = Array.isArray(given) ? given.at(-1) : given;
  return { rows: result?.rows ?? [], rowCount: result?.rowCount ?? 0 };
}

/** Texts that every connection prepares once; more would be a sign of SQL that is put together from data. */
const MAX_NAMES = 500;
const names = new Map<string, string>();

/**
 * The name a statement is prepared under: parsed once per connection instead of at every call, which is half of what
 * our short statements cost. Beyond the first 500 texts none.
 */
function named(text: string): { name?: string } {
  const known = names.get(text);
  if (known !== undefined) return { name: known };
  if (names.size >= MAX_NAMES) return {};
  const name = `fleet_${sha256Hex(text).slice(0, 32)}`;
  names.set(text, name);
  return { name };
}

function transaction<T>(lent: Lending, work: (sql: Sql) => Promise<T>): Promise<T> {
  return onOneClient(lent, async (sql) => {
    await sql.query('BEGIN');
    const result = await work(sql);
    await sql.query('COMMIT');
    return result;
  });
}

/** Lends one connection to `work`, which opens and commits a transaction on it; rolls back when it rejects. */
async function onOneClient<T>(lent: Lending, work: (sql: Sql) => Promise<T>): Promise<T> {
  const { client, giveBack } = await borrow(lent);
  let broken = false;
  const query: Sql['query'] = async (text, values) => {
    try {
      return await run(client, text, values);
    } catch (error) {
      broken ||= !sparesConnection(error);
      throw databaseError(error);
    }
  };
  try {
    return await work({ query });
  } catch (error) {
    broken = !(await rolledBack(client)) || broken;
    throw databaseError(error);
  } finally {
    giveBack(broken);
  }
}

async function rolledBack(client: pg.PoolClient): Promise<boolean> {
  try {
    await client.query('ROLLBACK');
    return true;
  } catch {
    // The connection is gone, and with it the transaction; the first error is the one worth reporting.
    return false;
  }
}
