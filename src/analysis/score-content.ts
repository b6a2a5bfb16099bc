import { randomUUID } from 'node:crypto';
import type { CapturePage, ExtractionMode } from '../contract/page-record.ts';
import type { PageScore, Trend } from '../contract/page-score.ts';
import type { Caller } from '../jobs/account.ts';
import { reserveWork, resolveWork } from '../jobs/open-work.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import { CONTENT_PRICE_VERSION, immediatePrice } from './content-prices.ts';
import { judgePage } from './page-scorer.ts';

/** Longer than any page capture: what is reserved for a score whose process died goes back after this. */
const RESERVED_MS = 3 * 60_000;

export interface ImmediateAsked {
  url: string;
  mode: ExtractionMode;
  language: string | null;
  trends: readonly Trend[];
}

export interface ImmediateScore {
  /** Id of this action; nothing is stored under it but its ledger entries. */
  id: string;
  score: PageScore;
  credits: { reserved: number; settled: number; released: number };
}

/**
 * Scores a page at once and keeps nothing. Credits are reserved before the page is asked for and settled when a score came of
 * it, else released; when the process dies in between they go back within minutes. Throws ApiError INSUFFICIENT_CREDITS.
 */
export async function scoreNow(
  { db, capture, clock }: { db: Database; capture: CapturePage; clock: Clock },
  caller: Caller,
  asked: ImmediateAsked,
): Promise<ImmediateScore> {
  const id = randomUUID();
  const part = { id: `content-score:${id}`, credits: priceOf(caller, asked) };
  await reserve(db, caller, part, clock.now());
  try {
    const captured = await capture(asked.url, asked.mode);
    const { language, trends } = asked;
    const { score } = judgePage(captured, { depth: 'score', language, trends });
    const settled = score.outcome === 'captured';
    await resolveWork(db, [part.id], settled ? 'settle' : 'release', clock.now());
    const { credits } = part;
    return {
      ...{ id, score },
      credits: { reserved: credits, settled: settled ? credits : 0, released: settled ? 0 : credits },
    };
  } catch (error) {
    // A fault of ours costs nothing; after a settling that was lost this finds nothing to release.
    await resolveWork(db, [part.id], 'release', clock.now());
    throw error;
  }
}

/** What an immediate score will cost this caller, in credits. */
export function priceOf({ mode }: Pick<Caller, 'mode'>, { trends }: Pick<ImmediateAsked, 'trends'>): number {
  return immediatePrice({ mode, trends: trends.length > 0 });
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
