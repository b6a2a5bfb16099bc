import { readPageRecord } from '../artifacts/page-artifacts.ts';
import type { Envelope } from '../contract/envelope.ts';
import type { PageRecord } from '../contract/page-record.ts';
import type { CoverageGap } from '../contract/page-score.ts';
import { processConfig } from '../platform/config.ts';
import { createLog } from '../platform/log.ts';
import { mostCited } from '../score/citation-status.ts';
import { coverageGap } from '../score/coverage-gap.ts';
import { readBytes } from './extract-input.ts';
import { captureAndStore } from './page-site.ts';
import { readEnvelopeFiles } from './read-envelopes.ts';

/** Pages compared with, at most, and questions taken from the captures where none were given. */
const MOST_PAGES = 10;
const MOST_QUERIES = 5;

interface Asked {
  envelopes: string;
  cited: readonly string[] | undefined;
  queries: readonly string[];
  quiet: boolean;
}

/**
 * What stored captures say about a page. Only those of the queries asked count; without queries, the first five questions of
 * the captures are the queries. Cited pages are read from records, or captured (static, stored, politely) where none are given.
 */
export async function scoreCaptures(
  record: PageRecord,
  asked: Asked,
): Promise<{ queries: readonly string[]; captures: CoverageGap | undefined }> {
  // Of a child that was tried again, the last attempt is its capture.
  const last = new Map<string, Envelope>();
  for await (const envelope of readEnvelopeFiles(asked.envelopes)) {
    const { id, attempts } = envelope.job;
    if (attempts >= (last.get(id)?.job.attempts ?? 0)) last.set(id, envelope);
  }
  const all = [...last.values()];
  const questions = [...new Set(all.map(({ job }) => job.query))];
  const queries = asked.queries.length > 0 ? asked.queries : questions.slice(0, MOST_QUERIES);
  const envelopes = all.filter(({ job }) => queries.includes(job.query));
  const cited = await citedRecords(record, envelopes, asked);
  return { queries, captures: coverageGap(record, envelopes, cited) ?? undefined };
}

async function citedRecords(
  record: PageRecord,
  envelopes: readonly Envelope[],
  { cited, quiet }: Asked,
): Promise<PageRecord[]> {
  if (cited !== undefined)
    return Promise.all(cited.map(async (file) => readPageRecord(await readBytes(file))));
  if (record.outcome.kind !== 'captured') return [];
  const urls = mostCited(envelopes, record.final_url, MOST_PAGES);
  if (urls.length === 0) return [];
  const config = processConfig();
  const log = createLog(quiet ? 'error' : config.logLevel, 'score');
  return (await captureAndStore(urls, 'ssr', config, log)).map((page) => page.record);
}
