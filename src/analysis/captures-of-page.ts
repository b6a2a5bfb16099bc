import type { Envelope } from '../contract/envelope.ts';
import type { PageRecord } from '../contract/page-record.ts';
import type { CoverageGap } from '../contract/page-score.ts';
import { domainOf } from '../extract/urls.ts';
import { readCitingEnvelopes } from '../jobs/citing-envelopes.ts';
import type { Sql } from '../platform/database.ts';
import { mostCited } from '../score/citation-status.ts';
import { coverageGap } from '../score/coverage-gap.ts';
import type { ContentRun } from './content-run.ts';

/** Pages compared with, at most: each is fetched politely, and a run has to end in time. */
const MOST_PAGES = 5;
/** Questions that the page is measured against. */
const MOST_QUERIES = 5;

/** An account's recent captures of answers to the questions that a page's site is cited for; never none. */
export type CitingAnswers = readonly [Envelope, ...Envelope[]];

/** What the account's own captures of real answers say about a page. */
export interface PageCaptures {
  captures: CoverageGap;
  queries: string[];
}

/** The answers that have to do with a page; undefined when no capture of this account has a source of its site. */
export async function citingAnswers(
  sql: Sql,
  run: ContentRun,
  record: PageRecord,
  origin: 'live' | 'stage',
): Promise<CitingAnswers | undefined> {
  const domain = domainOf(record.final_url ?? run.url);
  if (domain === undefined) return undefined;
  const [first, ...more] = await readCitingEnvelopes(sql, {
    ...{ accountId: run.accountId, domains: [domain] },
    origin: run.mode === 'test' ? 'stage' : origin,
  });
  return first === undefined ? undefined : [first, ...more];
}

/** Addresses of the pages that these answers cite most, beside the page itself. */
export function citedBeside(answers: CitingAnswers, run: ContentRun, record: PageRecord): string[] {
  return mostCited(answers, record.final_url ?? run.url, MOST_PAGES);
}

/**
 * Is this page cited for the questions its site is cited for, by whom is it beaten, on which subtopics: from the answers, and
 * static captures of the pages they cite most. Undefined when they say nothing about it. Pure.
 */
export function comparedWith(
  record: PageRecord,
  answers: CitingAnswers,
  others: readonly PageRecord[],
): PageCaptures | undefined {
  const captures = coverageGap(record, answers, others);
  if (captures === null) return undefined;
  return { captures, queries: [...new Set(answers.map(({ job }) => job.query))].slice(0, MOST_QUERIES) };
}
