import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Command } from 'commander';
import { z } from 'zod';
import { FleetError } from '../contract/errors.ts';
import { baseOf, type ExtractInput, extractInput, extractInputSchema } from './extract-input.ts';

const batchLineSchema = extractInputSchema.extend({ id: z.union([z.string(), z.number()]).optional() });

interface ExtractOptions extends Partial<ExtractInput> {
  batch?: string;
}

/** `fleet extract`: reads stored pages and transcripts the way a live capture is read. */
export function extractCommand(): Command {
  return new Command('extract')
    .description('extract an Envelope body from a stored page and/or transcript')
    .option('--surface <name>', 'surface the file is from')
    .option('--html <file>', 'serialized page, plain or .gz')
    .option('--transcript <file>', 'raw SSE, JSON array of payloads, or JSON lines')
    .option('--query <text>', 'the query that was asked')
    .option('--url <url>', 'final URL of the page')
    .option(
      '--batch <file>',
      'JSON lines of {surface, html?, transcript?, query?, url?, id?}; one result per line',
    )
    .action(async (options: ExtractOptions) => {
      if (options.batch !== undefined) return extractBatch(options.batch);
      const { surface, batch: _batch, ...rest } = options;
      if (surface === undefined)
        throw new FleetError('INPUT_UNREADABLE', 'give --surface NAME (or --batch FILE)');
      process.stdout.write(`${JSON.stringify(await extractInput({ surface, ...rest }, process.cwd()))}\n`);
    });
}

/** One result per input line, in order; a bad line gives `{error}` and the rest goes on. */
async function extractBatch(file: string): Promise<void> {
  try {
    await stat(file);
  } catch (cause) {
    throw new FleetError('INPUT_UNREADABLE', `cannot read ${file}`, { cause });
  }
  const base = baseOf(file);
  for await (const line of createInterface({
    input: createReadStream(file),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    if (line.trim() === '') continue;
    process.stdout.write(`${JSON.stringify(await extractLine(line, base))}\n`);
  }
}

async function extractLine(line: string, base: string): Promise<Record<string, unknown>> {
  let id: unknown;
  try {
    const json: unknown = JSON.parse(line);
    if (json !== null && typeof json === 'object' && 'id' in json) id = json.id;
    const { id: _id, ...input } = batchLineSchema.parse(json);
    return { ...(id === undefined ? {} : { id }), ...(await extractInput(input, base)) };
  } catch (error) {
    return { ...(id === undefined ? {} : { id }), error: errorText(error) };
  }
}

function errorText(error: unknown): string {
  if (error instanceof z.ZodError) {
    const issue = error.issues[0];
    return `${issue?.path.join('.') || 'line'}: ${issue?.message ?? 'invalid'}`;
  }
  return error instanceof Error ? error.message : String(error);
}
