import { awaitedLater } from './awaited-later.ts';
import type { Sql, SqlResult } from './database.ts';

/** Work of a brief transaction. What it hands to `last` it need not await: that goes out together with the COMMIT. */
export type BriefWork<T> = (sql: Sql, last: (statement: Promise<unknown>) => void) => Promise<T>;

/**
 * One transaction on a pipelined connection: BEGIN goes out with the first statements of `work`, COMMIT with its last
 * ones, so that a transaction which asks once and then writes takes two round trips, however many statements it has.
 * Commits when `work` and all it left to `last` succeed; a statement that fails makes the server answer the COMMIT behind
 * it with a rollback, and the transaction rejects. On rejection the caller rolls back.
 *
 * Nothing but its first round trip is ever sent after a BEGIN that failed on a connection that lives (a server that was
 * frozen in that very instruction): those statements would each have stood alone. So they must be ones that, run in this
 * order without a transaction, still leave nothing wrong; see where it is used.
 */
export async function openBrief<T>(on: Sql, work: BriefWork<T>): Promise<T> {
  const begun = awaitedLater(on.query('BEGIN'));
  let over = false;
  const query = async (text: string, values?: readonly unknown[]): Promise<SqlResult> => {
    if (over) throw new TypeError('a statement came after the COMMIT of its transaction');
    const answer = awaitedLater(on.query(text, values));
    await begun;
    return answer;
  };
  const lasts: Promise<unknown>[] = [];
  const failed: unknown[] = [];
  const last = (statement: Promise<unknown>): void => {
    statement.catch((error: unknown) => failed.push(error));
    lasts.push(statement);
  };
  const result = await work({ query }, last);
  // What could not even be sent (a value that cannot be written) has failed by now: no COMMIT may follow it.
  await new Promise<void>((done) => process.nextTick(done));
  if (failed.length > 0) throw failed[0];
  over = true;
  await Promise.all([begun, ...lasts, on.query('COMMIT')]);
  return result;
}
