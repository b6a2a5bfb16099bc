import { FleetError } from '../contract/errors.ts';
import type { PageRecord } from '../contract/page-record.ts';
import type { PageState } from '../jobs/page-jobs.ts';
import type { Sql } from '../platform/database.ts';
import { type CitingAnswers, citedBeside, citingAnswers, comparedWith } from './captures-of-page.ts';
import type { ContentMeans } from './content-clerk.ts';
import { NOTHING_FOUND, type RunEnd } from './content-end.ts';
import { addPage, placeOf, recordOf } from './content-pages.ts';
import { type ContentRun, readEarlierPage, readRunAsker } from './content-run.ts';
import { judgePage, readableRecord } from './page-scorer.ts';

const LOST = {
  code: 'run_lost',
  message: "The page could not be captured, although it was tried more than once; the fault is the fleet's.",
};

/**
 * How a run ends whose pages have all been captured, from their stored records alone. Undefined when it does not end yet: a
 * full run of a page that answers cite has the pages cited beside it captured first, in the same transaction.
 */
export async function concludeRun(
  sql: Sql,
  means: ContentMeans,
  run: ContentRun,
  pages: readonly PageState[],
  now: number,
): Promise<RunEnd | undefined> {
  const [own, ...others] = pages;
  const record = own === undefined ? undefined : await storedRecord(means, own);
  if (own === undefined || record === undefined) return { event: 'expire', ...NOTHING_FOUND, issue: LOST };
  const readable = readableRecord(record);
  const answers = await answersFor(sql, means, run, readable);
  if (answers !== undefined && others.length === 0) {
    const asked = await askForCited(sql, means, run, own, citedBeside(answers, run, readable), now);
    if (asked > 0) return undefined;
  }
  const records: PageRecord[] = [];
  for (const page of others) {
    const other = await storedRecord(means, page);
    if (other !== undefined) records.push(other);
  }
  const known = answers === undefined ? undefined : comparedWith(readable, answers, records);
  const { score, partly } = judgePage(record, {
    ...{ depth: run.depth, language: run.language, earlier: await readEarlierPage(sql, run) },
    ...{ captures: known?.captures, queries: known?.queries },
  });
  const page = { ...(placeOf(own) as object), cited: others.map(placeOf).filter((place) => place !== null) };
  if (score.outcome !== 'captured') return { event: 'fail', score, issue: score.issue, page };
  return { event: partly === null ? 'finish' : 'finish_partly', score, issue: partly, page };
}

/** The record of a page; undefined when there is none, or none any more. */
async function storedRecord({ store, log }: ContentMeans, page: PageState): Promise<PageRecord | undefined> {
  try {
    return await recordOf(store, page);
  } catch (error) {
    const gone =
      error instanceof FleetError && ['ARTIFACT_NOT_FOUND', 'ARTIFACT_CORRUPT'].includes(error.code);
    if (!gone) throw error;
    log.error({ err: error, jobId: page.jobId }, 'the stored record of a page cannot be read');
    return undefined;
  }
}

async function answersFor(
  sql: Sql,
  { origin }: ContentMeans,
  run: ContentRun,
  record: PageRecord,
): Promise<CitingAnswers | undefined> {
  if (run.depth !== 'full' || record.outcome.kind !== 'captured') return undefined;
  return citingAnswers(sql, run, record, origin);
}

async function askForCited(
  sql: Sql,
  { queue }: ContentMeans,
  run: ContentRun,
  own: PageState,
  urls: readonly string[],
  now: number,
): Promise<number> {
  const caller = await readRunAsker(sql, run.id);
  for (const [index, url] of urls.entries()) {
    const place = { runId: run.id, ordinal: index + 1 };
    const asked = { caller, requestId: own.requestId, url, mode: 'ssr', now } as const;
    await addPage(sql, queue, place, { ...asked, deadlineAt: run.deadlineAt.getTime() });
  }
  return urls.length;
}
