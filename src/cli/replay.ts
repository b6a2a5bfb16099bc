import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { ENVELOPE_SUFFIX, RAW_SUFFIX } from '../artifacts/artifact-key.ts';
import { readRecord } from '../artifacts/capture-artifacts.ts';
import { type EnvelopeBody, envelopeSchema } from '../contract/envelope.ts';
import { FleetError } from '../contract/errors.ts';
import { readCapture } from '../fleet/read-capture.ts';
import { requireSurface } from './extract-input.ts';

interface Replayed {
  file: string;
  /** True or false against the Envelope stored beside it; null when there is none. */
  identical: boolean | null;
  /** Name of the first part that differs. */
  differs?: string;
  body: EnvelopeBody;
}

/** `fleet replay`: extracts stored captures again with today's adapters. */
export function replayCommand(): Command {
  return new Command('replay')
    .description('re-extract stored raw captures and compare with their stored Envelopes')
    .argument('<path>', 'a raw artefact, or a directory of them')
    .action(async (path: string) => {
      const files = await rawFiles(path);
      const single = files.length === 1 && files[0] === path;
      let different = 0;
      for (const file of files) {
        const replayed = await replayFile(file);
        if (replayed.identical === false) different++;
        const { body, ...verdict } = replayed;
        process.stdout.write(`${JSON.stringify(single ? body : { ...verdict, outcome: body.outcome })}\n`);
        if (single) process.stderr.write(`${sentence(replayed)}\n`);
      }
      if (!single)
        process.stderr.write(
          `${files.length} captures replayed, ${different} differ from their stored Envelope\n`,
        );
      if (different > 0) process.exitCode = 1;
    });
}

function sentence({ identical, differs }: Replayed): string {
  if (identical === null) return 'no stored Envelope beside it to compare with';
  return identical
    ? 'byte-identical to the stored Envelope'
    : `differs from the stored Envelope in ${differs ?? 'its body'}`;
}

async function rawFiles(path: string): Promise<string[]> {
  let isDirectory: boolean;
  try {
    isDirectory = (await stat(path)).isDirectory();
  } catch (cause) {
    throw new FleetError('INPUT_UNREADABLE', `cannot read ${path}`, { cause });
  }
  if (!isDirectory) return [path];
  const names = await readdir(path, { recursive: true });
  const files = names
    .filter((name) => name.endsWith(RAW_SUFFIX))
    .sort()
    .map((name) => join(path, name));
  if (files.length === 0)
    throw new FleetError('INPUT_UNREADABLE', `no raw captures (*${RAW_SUFFIX}) under ${path}`);
  return files;
}

async function replayFile(file: string): Promise<Replayed> {
  const record = await readRecord(await readFile(file));
  const body = readCapture(requireSurface(record.surface), record);
  const stored = await storedBody(file);
  if (stored === undefined) return { file, identical: null, body };
  const differs = Object.entries(body).find(
    ([part, value]) => JSON.stringify(value) !== JSON.stringify(stored[part]),
  )?.[0];
  return differs === undefined ? { file, identical: true, body } : { file, identical: false, differs, body };
}

/** Body of the Envelope stored beside a raw artefact; undefined when there is none. */
async function storedBody(file: string): Promise<Record<string, unknown> | undefined> {
  let text: string;
  try {
    text = await readFile(file.replace(RAW_SUFFIX, ENVELOPE_SUFFIX), 'utf8');
  } catch {
    return undefined; // A raw artefact may travel alone; the caller says that there was nothing to compare with.
  }
  const envelope = envelopeSchema.parse(JSON.parse(text));
  const { answer, evidence, provenance, extraction, job } = envelope;
  return { outcome: job.outcome, answer, evidence, provenance, extraction };
}
