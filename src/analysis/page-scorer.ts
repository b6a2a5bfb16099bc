import type { PageEndCode } from '../contract/page-outcome.ts';
import type { PageRecord } from '../contract/page-record.ts';
import type { CoverageGap, EarlierPage, PageScore, Trend } from '../contract/page-score.ts';
import { scorePage } from '../score/score-page.ts';
import type { Depth } from './content-prices.ts';

/** What a score is made with beside the page. */
export interface ScoreWish {
  depth: Depth;
  /** As the caller named it; null: found out from the page. */
  language: string | null;
  trends?: readonly Trend[];
  /** What the account's captures of real answers say, and the questions they asked. */
  captures?: CoverageGap | undefined;
  queries?: readonly string[] | undefined;
  earlier?: EarlierPage | undefined;
}

/** A page's score, and whether it stands on less than was asked. */
export interface JudgedPage {
  score: PageScore;
  /** Why only the static page was scored; null: all that was asked is there. */
  partly: { code: PageEndCode; message: string } | null;
}

/** Endings of a rendering that leave the page a crawler without JavaScript sees worth scoring. */
const RENDERING_LOST: readonly PageEndCode[] = ['page_lost', 'timeout'];

/**
 * The score of a captured page. Pure: ages are counted from the capture. A page whose rendering was lost is scored as a
 * crawler without JavaScript sees it, and says so.
 */
export function judgePage(record: PageRecord, wish: ScoreWish): JudgedPage {
  const partly = lostRendering(record);
  const { depth, trends, captures, queries, earlier } = wish;
  const score = scorePage(readableRecord(record), {
    ...{ depth, trends, captures, queries, earlier },
    now: Date.parse(record.captured_at),
    language: languageTag(wish.language),
  });
  return { score, partly: score.outcome === 'captured' ? partly : null };
}

/** The record as far as it can be scored: without its rendering where that was lost. */
export function readableRecord(record: PageRecord): PageRecord {
  if (lostRendering(record) === null) return record;
  return { ...record, mode: 'ssr', outcome: { kind: 'captured' } };
}

function lostRendering({ mode, outcome, static_html }: PageRecord): JudgedPage['partly'] {
  if (mode !== 'rendered' || outcome.kind !== 'failed' || static_html === null) return null;
  const { code, message } = outcome;
  return RENDERING_LOST.includes(code) ? { code, message } : null;
}

/** A language the caller names counts when it is written like one. */
function languageTag(text: string | null): string | undefined {
  return text !== null && /^[a-z]{2,3}(-[a-z0-9]{1,8})*$/i.test(text) ? text : undefined;
}
