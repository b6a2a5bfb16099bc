import { storePage } from '../artifacts/page-artifacts.ts';
import type { CapturedPage, PageRecord } from '../contract/page-record.ts';
import type { CoverageGap } from '../contract/page-score.ts';
import { domainOf } from '../extract/urls.ts';
import { readCitingEnvelopes } from '../jobs/citing-envelopes.ts';
import { mostCited } from '../score/citation-status.ts';
import { coverageGap } from '../score/coverage-gap.ts';
import type { LeasedRun } from './content-end.ts';
import type { RunMeans } from './execute-content-run.ts';

/** Pages compared with, at most: each is fetched politely, and a run has to end in time. */
const MOST_PAGES = 5;
/** Questions that the page is measured against. */
const MOST_QUERIES = 5;

/** What the account's own captures of real answers say about a page. */
export interface PageCaptures {
  captures: CoverageGap;
  queries: string[];
  /** Where the records of the pages compared with lie. */
  cited: unknown[];
}

/**
 * Is this page cited for the questions its site is cited for, by whom is it beaten, on which subtopics: from the account's
 * recent captures, and static captures of the pages they cite most. Undefined when no capture has a source of this site.
 */
export async function capturesOfPage(
  { db, store, capture, origin }: RunMeans,
  run: LeasedRun,
  record: PageRecord,
  signal: AbortSignal,
): Promise<PageCaptures | undefined> {
  const url = record.final_url ?? run.url;
  const domain = domainOf(url);
  if (domain === undefined) return undefined;
  const envelopes = await readCitingEnvelopes(db, {
    ...{ accountId: run.accountId, domains: [domain] },
    origin: run.mode === 'test' ? 'stage' : origin,
  });
  if (envelopes.length === 0) return undefined;
  const pages: CapturedPage[] = [];
  for (const address of mostCited(envelopes, url, MOST_PAGES)) {
    pages.push(await capture(address, 'ssr', signal));
    signal.throwIfAborted();
  }
  const records = pages.map((page) => page.record);
  const captures = coverageGap(record, envelopes, records);
  if (captures === null) return undefined;
  const seen = pages.filter((page) => page.record.outcome.kind === 'captured');
  return {
    captures,
    queries: [...new Set(envelopes.map(({ job }) => job.query))].slice(0, MOST_QUERIES),
    cited: await Promise.all(seen.map((page) => storePage(store, page))),
  };
}
