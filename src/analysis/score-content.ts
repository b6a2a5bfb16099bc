import type { ExtractionMode } from '../contract/page-record.ts';
import type { PageScore, Trend } from '../contract/page-score.ts';
import type { Caller } from '../jobs/account.ts';
import { immediatePrice } from './content-prices.ts';
import { judgePage } from './page-scorer.ts';
import { type CaptureMeans, type PaidCapture, paidCapture } from './paid-capture.ts';

export interface ImmediateAsked {
  url: string;
  mode: ExtractionMode;
  language: string | null;
  trends: readonly Trend[];
}

/** Scores a page at once and keeps nothing; a page without a score costs nothing. See `paidCapture`. */
export async function scoreNow(
  means: CaptureMeans,
  caller: Caller,
  { url, mode, language, trends }: ImmediateAsked,
): Promise<PaidCapture<PageScore>> {
  const credits = immediatePrice({ mode: caller.mode, trends: trends.length > 0 });
  return paidCapture(means, caller, { name: 'content-score', credits, url, mode }, (page) => {
    const { score } = judgePage(page.record, { depth: 'score', language, trends });
    return { result: score, delivered: score.outcome === 'captured' };
  });
}
