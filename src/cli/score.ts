import { Command, InvalidArgumentError, Option } from 'commander';
import { readPageRecord } from '../artifacts/page-artifacts.ts';
import { disguised } from '../capture/disguised.ts';
import { decodePage } from '../capture/page-charset.ts';
import { FleetError } from '../contract/errors.ts';
import { MAX_PAGE_BYTES, type PageRecord, recordOfFile } from '../contract/page-record.ts';
import { isoTime, systemClock } from '../platform/clock.ts';
import { processConfig } from '../platform/config.ts';
import { createLog } from '../platform/log.ts';
import { scorePage } from '../score/score-page.ts';
import { readBytes } from './extract-input.ts';
import { captureAndStore } from './page-site.ts';
import { scoreCaptures } from './score-captures.ts';
import { describeScore } from './score-text.ts';

interface Options {
  html?: string;
  record?: string;
  url?: string;
  query: string[];
  depth: 'score' | 'full';
  rendered?: boolean;
  envelopes?: string;
  cited?: string[];
  json?: boolean;
}

/** `fleet score`: how fit a page is to be found and cited. Exit 0 scored, 1 no page could be had, 2 wrong usage. */
export function scoreCommand(): Command {
  return new Command('score')
    .description('score a page by the transparent model content-score/1')
    .argument('[url]', 'http or https address of a public page')
    .option('--html <file>', 'a stored page, plain or .gz, instead of an address')
    .option(
      '--record <file>',
      'a stored page record; scored as of its capture, so the result is the same again',
    )
    .option('--url <address>', 'with --html: where the page is from')
    .option('--query <text>', 'a question the page should answer; may be given several times', collect, [])
    .addOption(
      new Option('--depth <depth>', '3 or 10 recommendations').choices(['score', 'full']).default('score'),
    )
    .option('--rendered', 'fetch, and render in a browser as well (tells what scripts add)')
    .option(
      '--envelopes <path>',
      'captures of real answers, a folder or NDJSON: who is cited, and for which subtopics',
    )
    .option(
      '--cited <files...>',
      'with --envelopes: stored records of cited pages; else up to 10 are captured',
    )
    .option('--json', 'print the whole score as JSON')
    .action(async (url: string | undefined, options: Options) => {
      const { record, now, stored } = await recordFor(url, options);
      const { queries, captures } = await captured(record, options);
      const score = scorePage(record, { now, depth: options.depth, queries, captures });
      const text = options.json ? JSON.stringify(score) : describeScore(score, stored);
      process.stdout.write(`${text}\n`);
      if (score.outcome !== 'captured') process.exitCode = score.issue?.code === 'url_invalid' ? 2 : 1;
    });
}

const MAX_QUERIES = 20;
const MAX_QUERY = 500;

function collect(query: string, earlier: string[]): string[] {
  if (query.trim() === '') throw new InvalidArgumentError('came empty; give the words of a question.');
  if (query.length > MAX_QUERY)
    throw new InvalidArgumentError(`came with ${query.length} characters; at most ${MAX_QUERY} are allowed.`);
  if (earlier.length === MAX_QUERIES)
    throw new InvalidArgumentError(`at most ${MAX_QUERIES} queries are allowed.`);
  return [...earlier, query];
}

/** What captures say, where some were given. */
async function captured(record: PageRecord, options: Options): ReturnType<typeof scoreCaptures> {
  const { envelopes, cited, query } = options;
  if (envelopes === undefined) {
    if (cited === undefined) return { queries: query, captures: undefined };
    throw new FleetError(
      'INPUT_UNREADABLE',
      '--cited says what pages the captures cite: give --envelopes too',
    );
  }
  return scoreCaptures(record, { envelopes, cited, queries: query, quiet: options.json === true });
}

interface Scored {
  record: PageRecord;
  now: number;
  /** Where the record lies; null when nothing was stored. */
  stored: string | null;
}

async function recordFor(url: string | undefined, options: Options): Promise<Scored> {
  const given = [url, options.html, options.record].filter((source) => source !== undefined).length;
  if (given !== 1)
    throw new FleetError('INPUT_UNREADABLE', `give one of URL, --html FILE, --record FILE; ${given} came`, {
      fix: 'fleet score https://example.com/page --query "what it should answer"',
    });
  if (url !== undefined) {
    const config = processConfig();
    const log = createLog(options.json ? 'error' : config.logLevel, 'score');
    const [page] = await captureAndStore([url], options.rendered ? 'rendered' : 'ssr', config, log);
    if (page === undefined) throw new Error('a capture of one address gave no page');
    return { ...page, now: systemClock.now() };
  }
  if (options.record !== undefined) {
    const record = await readPageRecord(await readBytes(options.record));
    return { record, stored: null, now: Date.parse(record.captured_at) };
  }
  return { record: await fileRecord(options), stored: null, now: systemClock.now() };
}

async function fileRecord({ html = '', url }: Options): Promise<PageRecord> {
  const bytes = await readBytes(html);
  const other = disguised(bytes);
  if (other !== null) throw new FleetError('INPUT_UNREADABLE', `${html} is ${other}; --html takes a page`);
  const clipped = bytes.length > MAX_PAGE_BYTES;
  const { text, undecodable } = decodePage(bytes.subarray(0, MAX_PAGE_BYTES), undefined, clipped);
  if (url !== undefined && !/^https?:\/\/./i.test(url))
    throw new FleetError('INPUT_UNREADABLE', `--url ${JSON.stringify(url)} is no http or https address`);
  return recordOfFile(text, {
    ...{ url: url ?? null, bytes: bytes.length, undecodable },
    capturedAt: isoTime(systemClock.now()),
    clipped,
  });
}
