import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command } from 'commander';
import type { BrandBook } from '../contract/brand-book.ts';
import { FleetError } from '../contract/errors.ts';
import type { Observation } from '../measure/observation.ts';
import type { ReportMetrics } from '../measure/report-metrics.ts';
import { ReportReader } from '../measure/report-reader.ts';
import { systemClock } from '../platform/clock.ts';
import { describeReport } from './analyse-text.ts';
import { readBrandBook } from './read-brand-book.ts';
import { readEnvelopeFiles } from './read-envelopes.ts';
import { writeReportFiles } from './report-files.ts';

interface Options {
  envelopes: string;
  brand: string;
  json?: boolean;
  html?: string;
  csv?: string;
}

/** `fleet analyse`: what stored captures say about brands, without a database. */
export function analyseCommand(): Command {
  return new Command('analyse')
    .description('presence, citations and shares of brands in stored Envelopes, with their uncertainty')
    .requiredOption('--envelopes <path>', 'folder of stored artifacts, or a file with one Envelope per line')
    .requiredOption('--brand <file>', 'brand book: JSON with brands, their websites, aliases, competitors')
    .option('--json', 'print the whole report as JSON')
    .option('--html <file>', 'the report as one page')
    .option('--csv <dir>', 'observations.csv, mentions.csv, citations.csv, metrics.csv')
    .action(async (options: Options) => {
      const { envelopes, brand, json, html, csv } = options;
      const { report, observations } = await analyse(envelopes, await readBrandBook(brand));
      process.stdout.write(`${json ? JSON.stringify(report) : describeReport(report)}\n`);
      const measuredAt = new Date(systemClock.now());
      const read = { metrics: report, observations, measuredAt, history: [] };
      const files = { ...(html === undefined ? {} : { html }), ...(csv === undefined ? {} : { csv }) };
      const written = await writeReportFiles(titleOf(report), read, filesBelow(envelopes), files);
      // With --json the report alone is on the standard output.
      for (const path of written) process.stderr.write(`wrote ${path}\n`);
    });
}

function titleOf({ brands }: ReportMetrics): string {
  const name = brands.find(({ own }) => own)?.name ?? brands[0]?.name;
  return name === undefined ? 'Stored captures' : `${name} in stored captures`;
}

/** A folder of stored artifacts holds screenshots and records, too; what is not there is not linked. */
function filesBelow(folder: string): { describe(key: string): string } {
  return {
    describe: (key) => {
      const path = resolve(folder, key);
      return existsSync(path) ? path : '';
    },
  };
}

/** A report of stored Envelopes: each different query is a prompt, each child counts once, its last attempt. */
export async function analyse(
  path: string,
  book: BrandBook,
): Promise<{ report: ReportMetrics; observations: readonly Observation[] }> {
  const last = new Map<string, number>();
  for await (const { job } of readEnvelopeFiles(path)) {
    last.set(job.id, Math.max(job.attempts, last.get(job.id) ?? 0));
  }
  const reader = new ReportReader(book);
  for await (const envelope of readEnvelopeFiles(path)) {
    const { id, query, attempts } = envelope.job;
    if (last.get(id) !== attempts) continue;
    last.delete(id);
    const promptId = `p_${createHash('sha256').update(query).digest('hex').slice(0, 12)}`;
    reader.add(envelope, { id: promptId, text: query, category: null, intent: null, origin: 'user' });
  }
  const { metrics, observations } = reader.finish(book.brands.map(({ id }) => id).join(' '));
  if (observations.length === 0) throw new FleetError('INPUT_UNREADABLE', `${path} holds no Envelope`);
  return { report: metrics, observations };
}
