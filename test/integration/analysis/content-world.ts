import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ContentAsked, startContentRun } from '../../../src/analysis/start-content-run.ts';
import { FsArtifactStore } from '../../../src/artifacts/fs-store.ts';
import type { RequestId } from '../../../src/contract/ids.ts';
import { type PageEndCode, pageEnd } from '../../../src/contract/page-outcome.ts';
import { type CapturePage, recordOfFile } from '../../../src/contract/page-record.ts';
import { DEFAULT_ACCOUNT, ownerOf } from '../../../src/jobs/account.ts';
import type { Database } from '../../../src/platform/database.ts';
import { ARTICLE } from '../capture/page-world.ts';

export const CAPTURED_AT = '2026-11-27T12:00:00.000Z';

/** A page capture without a network: the same article every time, or the end a code stands for. */
export function playedCapture(code?: PageEndCode, html = ARTICLE): CapturePage {
  return async (url, mode) => {
    const about = { url, capturedAt: CAPTURED_AT, bytes: html.length, clipped: false, undecodable: 0 };
    const record = { ...recordOfFile(html, about), origin: 'live' as const, mode, status: 200 };
    const rendered_html = mode === 'rendered' && code === undefined ? html : null;
    const outcome = code === undefined ? record.outcome : pageEnd(code);
    return { record: { ...record, rendered_html, outcome }, screenshot: null };
  };
}

export function asked(given: Partial<ContentAsked> = {}): ContentAsked {
  return {
    ...{ url: 'https://example.com/kettles', language: null, country: null },
    ...{ depth: 'score', idempotencyKey: null },
    ...given,
  };
}

/** Starts a run as the API does; gives its id. */
export async function started(
  db: Database,
  given: Partial<ContentAsked> = {},
  context: { accountId?: string; now?: number } = {},
): Promise<string> {
  const { accountId = DEFAULT_ACCOUNT, now = Date.now() } = context;
  const caller = ownerOf(accountId);
  const { run } = await startContentRun(db, asked(given), {
    caller,
    requestId: 'req_test' as RequestId,
    now,
  });
  return run.id;
}

/** A store in a directory of its own. */
export function temporaryStore(): { store: FsArtifactStore; directory: string; remove(): void } {
  const directory = mkdtempSync(join(tmpdir(), 'fleet-content-'));
  return {
    directory,
    store: new FsArtifactStore(directory),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

export interface Books {
  posted: number;
  reserved: number;
  open: number;
  entries: string[];
}

/** What an account's books say: balance, open work, ledger kinds in order. */
export async function booksOf(db: Database, accountId: string): Promise<Books> {
  const { rows } = await db.query(
    `SELECT posted, reserved,
       (SELECT count(*)::integer FROM fleet.open_work w WHERE w.account_id = b.account_id) AS open,
       (SELECT coalesce(array_agg(kind || ' ' || amount ORDER BY created_at, id), '{}') FROM fleet.ledger_entry l
        WHERE l.account_id = b.account_id AND kind <> 'grant') AS entries
     FROM fleet.account_balance b WHERE account_id = $1`,
    [accountId],
  );
  return rows[0] as Books;
}
