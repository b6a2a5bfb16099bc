import { createHash } from 'node:crypto';
import { Command } from 'commander';
import type { BrandBook } from '../contract/brand-book.ts';
import { FleetError } from '../contract/errors.ts';
import { measure } from '../measure/measure.ts';
import type { Observation, Prompt } from '../measure/observation.ts';
import { compileObserver } from '../measure/observe.ts';
import type { ReportMetrics } from '../measure/report-metrics.ts';
import { describeReport } from './analyse-text.ts';
import { readBrandBook } from './read-brand-book.ts';
import { readEnvelopeFiles } from './read-envelopes.ts';

interface Options {
  envelopes: string;
  brand: string;
  json?: boolean;
}

/** `fleet analyse`: what stored captures say about brands, without a database. */
export function analyseCommand(): Command {
  return new Command('analyse')
    .description('presence, citations and shares of brands in stored Envelopes, with their uncertainty')
    .requiredOption('--envelopes <path>', 'folder of stored artifacts, or a file with one Envelope per line')
    .requiredOption('--brand <file>', 'brand book: JSON with brands, their websites, aliases, competitors')
    .option('--json', 'print the whole report as JSON')
    .action(async (options: Options) => {
      const { report } = await analyse(options.envelopes, await readBrandBook(options.brand));
      process.stdout.write(`${options.json ? JSON.stringify(report) : describeReport(report)}\n`);
    });
}

/** A report of stored Envelopes: each different query is a prompt, each child counts once, its last attempt. */
export async function analyse(
  path: string,
  book: BrandBook,
): Promise<{ report: ReportMetrics; observations: Observation[] }> {
  const observer = compileObserver(book);
  const prompts = new Map<string, Prompt>();
  const seen = new Map<string, { attempts: number; observation: Observation }>();
  for await (const envelope of readEnvelopeFiles(path)) {
    const { id, query, attempts } = envelope.job;
    if ((seen.get(id)?.attempts ?? 0) > attempts) continue;
    const promptId = `p_${createHash('sha256').update(query).digest('hex').slice(0, 12)}`;
    prompts.set(promptId, { id: promptId, text: query, category: null, intent: null, origin: 'user' });
    seen.set(id, { attempts, observation: observer.observe(envelope, promptId) });
  }
  if (seen.size === 0) throw new FleetError('INPUT_UNREADABLE', `${path} holds no Envelope`);
  const observations = [...seen.values()].map(({ observation }) => observation);
  const seed = book.brands.map(({ id }) => id).join(' ');
  const report = measure({
    ...{ prompts: [...prompts.values()], observations, book, seed, terms: observer.terms },
  });
  return { report, observations };
}
