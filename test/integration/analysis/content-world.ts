import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { advanceRun } from '../../../src/analysis/content-clerk.ts';
import { type ContentAsked, startContentRun } from '../../../src/analysis/start-content-run.ts';
import type { ArtifactStore } from '../../../src/artifacts/artifact-store.ts';
import { FsArtifactStore } from '../../../src/artifacts/fs-store.ts';
import type { RequestId } from '../../../src/contract/ids.ts';
import type { AttemptEnd } from '../../../src/fleet/capture-child.ts';
import { capturePageChild } from '../../../src/fleet/capture-page.ts';
import { DEFAULT_ACCOUNT, ownerOf } from '../../../src/jobs/account.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import type { Database } from '../../../src/platform/database.ts';
import { Deadline } from '../../../src/platform/deadline.ts';
import { testLog } from '../database.ts';
import { claimed, type JobsWorld } from '../jobs/jobs-world.ts';
import { playedPages } from './played-pages.ts';

export function asked(given: Partial<ContentAsked> = {}): ContentAsked {
  return {
    ...{ url: 'https://example.com/kettles', language: null, country: null },
    ...{ depth: 'score', idempotencyKey: null },
    ...given,
  };
}

/** Starts a run as the API does; gives its id. */
export async function started(
  { db, queue }: Pick<JobsWorld, 'db' | 'queue'>,
  given: Partial<ContentAsked> = {},
  context: { accountId?: string; now?: number } = {},
): Promise<string> {
  const { accountId = DEFAULT_ACCOUNT, now = Date.now() } = context;
  const caller = ownerOf(accountId);
  const { run } = await startContentRun(db, queue, asked(given), {
    caller,
    requestId: 'req_test' as RequestId,
    now,
  });
  return run.id;
}

/** Captures the next page that waits, as a worker does. */
export async function captureNext(
  { db, queue }: Pick<JobsWorld, 'db' | 'queue'>,
  store: ArtifactStore,
  pages = playedPages(),
): Promise<AttemptEnd> {
  const child = await claimed({ db, queue }, { surface: 'page' });
  const means = { db, queue, store, pages, clock: systemClock };
  return capturePageChild(child, means, Deadline.after(30_000), testLog);
}

/** Ends every run whose pages have been captured, as a process of the fleet does. */
export async function concludeAll(
  { db, queue }: Pick<JobsWorld, 'db' | 'queue'>,
  store: ArtifactStore,
  origin: 'live' | 'stage' = 'live',
): Promise<void> {
  const passedOver: string[] = [];
  while (await advanceRun({ db, queue, store, origin, log: testLog }, Date.now(), passedOver));
  expect(passedOver).toEqual([]);
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
