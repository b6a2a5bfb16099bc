import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { BrandBook } from '../../src/contract/brand-book.ts';
import { envelopeSchema } from '../../src/contract/envelope.ts';
import type { Prompt } from '../../src/measure/observation.ts';
import { ReportReader } from '../../src/measure/report-reader.ts';
import { print } from './figures.ts';
import { benchBook, benchEnvelopes, benchPrompts } from './measure-envelopes.ts';
import { option } from './options.ts';

async function writeEnvelopes(
  file: string,
  prompts: Prompt[],
  replicates: number,
  book: BrandBook,
): Promise<number> {
  const out = createWriteStream(file);
  let count = 0;
  for (const line of benchEnvelopes(prompts, replicates, book)) {
    count++;
    if (!out.write(`${JSON.stringify(line)}\n`)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
  return count;
}

/** Reads Envelopes from disk one at a time, as a report does: only their observations stay in memory. */
async function readAll(
  file: string,
  prompts: readonly Prompt[],
  book: BrandBook,
  checked: boolean,
): Promise<ReportReader> {
  const reader = new ReportReader(book);
  const known = new Map(prompts.map((prompt) => [prompt.id, prompt]));
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const { promptId, envelope } = JSON.parse(line);
    const prompt = known.get(promptId);
    if (prompt !== undefined) reader.add(checked ? envelopeSchema.parse(envelope) : envelope, prompt);
  }
  return reader;
}

const seconds = (from: number): number => Math.round(performance.now() - from) / 1_000;
const megabytes = (): number => Math.round(process.resourceUsage().maxRSS / 1_024);

/**
 * `npm run bench -- measure [--prompts 1000] [--replicates 5]`: from Envelopes on disk to a full report, and again after
 * one alias was added.
 */
export async function benchMeasure(): Promise<void> {
  const prompts = benchPrompts(Number(option('prompts', '1000')));
  const replicates = Number(option('replicates', '5'));
  const book = benchBook();
  const folder = await mkdtemp(join(tmpdir(), 'bench-measure-'));
  try {
    const file = join(folder, 'envelopes.ndjson');
    const envelopes = await writeEnvelopes(file, prompts, replicates, book);
    const terms = book.brands.flatMap((brand) => brand.terms).length;
    print({ bench: 'measure', step: 'envelopes written', envelopes, terms, maxRssMb: megabytes() });
    await reported('full report', file, prompts, book, true);
    await reported('after one alias correction', file, prompts, corrected(book), false);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function reported(
  step: string,
  file: string,
  prompts: Prompt[],
  book: BrandBook,
  checked: boolean,
): Promise<void> {
  const from = performance.now();
  const reader = await readAll(file, prompts, book, checked);
  const observed = seconds(from);
  const report = reader.finish('bench').metrics;
  const { k, n, value } = report.brands[0]?.presence ?? { k: 0, n: 0, value: null };
  const presence = { k, n, value };
  print({ bench: 'measure', step, observed, seconds: seconds(from), presence, maxRssMb: megabytes() });
}

function corrected(book: BrandBook): BrandBook {
  const copy = structuredClone(book);
  copy.brands[0]?.terms.push({
    ...{ id: 'brand0.corrected', text: 'safe while', kind: 'alias', language: null },
    ...{ caseSensitive: false, minContext: [] },
  });
  return copy;
}
