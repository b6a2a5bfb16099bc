import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrandBook } from '../../src/contract/brand-book.ts';
import { type Envelope, envelopeSchema } from '../../src/contract/envelope.ts';
import type { Prompt } from '../../src/measure/observation.ts';
import { ReadingPool } from '../../src/measure/reading-pool.ts';
import {
  type EarlierReadings,
  type FinishedReport,
  type Reading,
  ReportReader,
} from '../../src/measure/report-reader.ts';
import { reportHtml } from '../../src/outputs/report-html.ts';
import { sha256Hex } from '../../src/platform/identifiers.ts';
import { print } from './figures.ts';
import { benchBook, benchEnvelopes, benchPrompts } from './measure-envelopes.ts';
import { type Line, LineReader, readLines, writeLines } from './measure-files.ts';
import { option } from './options.ts';

interface Capture {
  promptId: string;
  envelope: Envelope;
}

/** What a database keeps of a report. */
interface Stored {
  /** Envelopes, one a line. */
  envelopes: string;
  children: readonly (Line & { id: string; promptId: string })[];
  /** What the full report read. */
  readings: string;
  prompts: ReadonlyMap<string, Prompt>;
}

async function store(folder: string, prompts: readonly Prompt[], book: BrandBook): Promise<Stored> {
  const envelopes = join(folder, 'envelopes.ndjson');
  const captured: { id: string; promptId: string }[] = [];
  function* captures(): Generator<Capture> {
    for (const capture of benchEnvelopes(prompts, Number(option('replicates', '5')), book)) {
      captured.push({ id: capture.envelope.job.id, promptId: capture.promptId });
      yield capture;
    }
  }
  const lines = await writeLines(envelopes, captures());
  const children = captured.flatMap((child, index) => {
    const line = lines[index];
    return line === undefined ? [] : [{ ...child, ...line }];
  });
  const byId = new Map(prompts.map((prompt) => [prompt.id, prompt]));
  return { envelopes, children, readings: join(folder, 'readings.ndjson'), prompts: byId };
}

/** Envelopes one at a time, as a report reads them: only what they say stays in memory. */
async function readAll(
  { envelopes, prompts }: Stored,
  reader: ReportReader,
  checked: boolean,
): Promise<void> {
  for await (const line of readLines(envelopes)) {
    const { promptId, envelope } = line as Capture;
    const prompt = prompts.get(promptId);
    if (prompt !== undefined) reader.add(checked ? envelopeSchema.parse(envelope) : envelope, prompt);
  }
}

/** Only Envelopes of which something may have changed. */
async function readTouched({ envelopes, children, prompts }: Stored, reader: ReportReader): Promise<void> {
  const lines = await LineReader.open(envelopes);
  try {
    for (const child of children) {
      const prompt = prompts.get(child.promptId);
      if (prompt === undefined) continue;
      if (reader.stands(child.id, prompt.id)) reader.keep(child.id, prompt);
      else reader.add(((await lines.read(child)) as Capture).envelope, prompt);
    }
  } finally {
    await lines.close();
  }
}

async function readEarlier(file: string, book: BrandBook): Promise<EarlierReadings> {
  const readings = new Map<string, Reading>();
  const pool = new ReadingPool();
  for await (const line of readLines(file)) {
    const reading = pool.one(line as Reading);
    readings.set(reading.observation.id, reading);
  }
  return { book, readings };
}

/** Beside the time that passed the processor time: it says what the work costs on a machine that does other work, too. */
interface Start {
  at: number;
  cpu: NodeJS.CpuUsage;
}

const now = (): Start => ({ at: performance.now(), cpu: process.cpuUsage() });
const seconds = ({ at }: Start): number => Math.round(performance.now() - at) / 1_000;

function cpuSeconds({ cpu }: Start): number {
  const { user, system } = process.cpuUsage(cpu);
  return Math.round((user + system) / 1_000) / 1_000;
}

const megabytes = (): number => Math.round(process.resourceUsage().maxRSS / 1_024);

/**
 * `npm run bench -- measure [--prompts 1000] [--replicates 5] [--rounds 1]`: from Envelopes on disk to a full report, and
 * again after one alias was added: with every Envelope read again, and with those only that the alias touches, in turn.
 */
export async function benchMeasure(): Promise<void> {
  const book = benchBook();
  const folder = await mkdtemp(join(tmpdir(), 'bench-measure-'));
  try {
    const stored = await store(folder, benchPrompts(Number(option('prompts', '1000'))), book);
    const envelopes = stored.children.length;
    const terms = book.brands.flatMap((brand) => brand.terms).length;
    print({ bench: 'measure', step: 'envelopes written', envelopes, terms, maxRssMb: megabytes() });
    await benchFull(stored, book);
    for (let round = 0; round < Number(option('rounds', '1')); round++) await benchCorrection(stored, book);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function benchFull(stored: Stored, book: BrandBook): Promise<void> {
  const from = now();
  const reader = new ReportReader(book);
  await readAll(stored, reader, true);
  const report = finished('full report', reader, from);
  const html = now();
  const page = reportHtml({
    ...{ title: 'Bench', ...report, generatedAt: '2026-11-27T10:00:00.000Z' },
    links: { observations: () => '/observations', screenshot: () => null, proof: () => null },
  });
  print({ bench: 'measure', step: 'HTML', seconds: seconds(html), bytes: Buffer.byteLength(page) });
  await writeLines(stored.readings, report.readings);
}

async function benchCorrection(stored: Stored, book: BrandBook): Promise<void> {
  const touched = await benchAgain('one alias corrected', stored, book, true);
  const all = await benchAgain('one alias corrected, all read again', stored, book, false);
  if (all !== touched) throw new Error('the corrected report differs from one of which everything was read');
}

/** Returns the hash of the report. */
async function benchAgain(step: string, stored: Stored, book: BrandBook, keeps: boolean): Promise<string> {
  const from = now();
  const earlier = keeps ? await readEarlier(stored.readings, book) : undefined;
  const reader = new ReportReader(corrected(book), earlier);
  await (keeps ? readTouched(stored, reader) : readAll(stored, reader, false));
  const { metrics, observations } = finished(step, reader, from);
  const hashes = observations.map((own) => sha256Hex(JSON.stringify(own)));
  return sha256Hex(`${JSON.stringify(metrics)} ${hashes.join(' ')}`);
}

function finished(step: string, reader: ReportReader, from: Start): FinishedReport {
  const observed = seconds(from);
  const report = reader.finish('bench');
  const { k, n, value } = report.metrics.brands[0]?.presence ?? { k: 0, n: 0, value: null };
  print({
    ...{
      bench: 'measure',
      step,
      observed,
      seconds: seconds(from),
      cpu: cpuSeconds(from),
      kept: report.kept.size,
    },
    ...{ presence: { k, n, value }, maxRssMb: megabytes() },
  });
  return report;
}

function corrected(book: BrandBook): BrandBook {
  const copy = structuredClone(book);
  copy.brands[0]?.terms.push({
    ...{ id: 'brand0.corrected', text: 'safe while', kind: 'alias', language: null },
    ...{ caseSensitive: false, minContext: [] },
  });
  return copy;
}
