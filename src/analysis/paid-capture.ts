import { randomUUID } from 'node:crypto';
import type { CapturedPage, CapturePage, ExtractionMode } from '../contract/page-record.ts';
import type { Caller } from '../jobs/account.ts';
import { reserveWork, resolveWork } from '../jobs/open-work.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import { CONTENT_PRICE_VERSION } from './content-prices.ts';

/** Longer than any page capture: what is reserved for one whose process died goes back after this. */
const RESERVED_MS = 3 * 60_000;

/** What immediate answers are made with. */
export interface CaptureMeans {
  db: Database;
  capture: CapturePage;
  clock: Clock;
}

export interface PaidCapture<T> {
  /** Id of this action; nothing is stored under it but its ledger entries. */
  id: string;
  result: T;
  credits: { reserved: number; settled: number; released: number };
}

/**
 * Captures a page at once, makes something of it, and keeps nothing: the reference offers these answers "without persistence"
 * (content-intelligence-api.md; specs/analysis.md A.2: synchronous, not saved). So it is captured in this process, by the same
 * capturer as the fleet's, with its robots.txt, pace and address guard on every hop: a child of the fleet would leave a job,
 * an Envelope and the page on disk for as long as jobs are kept. Who wants proof starts a run. Credits are reserved before the page is asked for and
 * settled when `read` says that something was delivered, else released; when the process dies in between they go back within
 * minutes. Throws ApiError INSUFFICIENT_CREDITS.
 */
export async function paidCapture<T>(
  { db, capture, clock }: CaptureMeans,
  caller: Caller,
  asked: { name: string; credits: number; url: string; mode: ExtractionMode },
  read: (page: CapturedPage) => { result: T; delivered: boolean },
): Promise<PaidCapture<T>> {
  const id = randomUUID();
  const part = { id: `${asked.name}:${id}`, credits: asked.credits };
  await reserve(db, caller, part, clock.now());
  try {
    const { result, delivered } = read(await capture(asked.url, asked.mode));
    await resolveWork(db, [part.id], delivered ? 'settle' : 'release', clock.now());
    const { credits } = part;
    return {
      ...{ id, result },
      credits: { reserved: credits, settled: delivered ? credits : 0, released: delivered ? 0 : credits },
    };
  } catch (error) {
    // A fault of ours costs nothing; after a settling whose answer was lost this finds nothing to release.
    await resolveWork(db, [part.id], 'release', clock.now());
    throw error;
  }
}

async function reserve(
  db: Database,
  { accountId }: Caller,
  part: { id: string; credits: number },
  now: number,
): Promise<void> {
  await db.transaction((sql) =>
    reserveWork(sql, {
      ...{ accountId, parts: [part], priceVersion: CONTENT_PRICE_VERSION },
      ...{ expiresAt: now + RESERVED_MS, now },
    }),
  );
}
