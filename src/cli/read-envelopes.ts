import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ENVELOPE_SUFFIX } from '../artifacts/artifact-key.ts';
import { type Envelope, envelopeSchema } from '../contract/envelope.ts';
import { FleetError } from '../contract/errors.ts';

/**
 * Envelopes one at a time: of a folder all files that end in `.envelope.json`, in the order of their names; of a file
 * its lines (NDJSON), or the one Envelope it is. Throws INPUT_UNREADABLE that names the file, the line and the field.
 */
export async function* readEnvelopeFiles(path: string): AsyncGenerator<Envelope> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    (cause: unknown) => {
      throw new FleetError('INPUT_UNREADABLE', `cannot read ${path}`, { cause });
    },
  );
  if (!isFolder) return yield* readLines(path);
  const names = await readdir(path, { recursive: true });
  const files = names.filter((name) => name.endsWith(ENVELOPE_SUFFIX)).sort();
  if (files.length === 0) {
    throw new FleetError('INPUT_UNREADABLE', `no *${ENVELOPE_SUFFIX} below ${path}`, {
      fix: 'give the folder of stored artifacts, or a file with one Envelope per line',
    });
  }
  for (const name of files) {
    const file = join(path, name);
    yield parsed(await readFile(file, 'utf8'), file);
  }
}

async function* readLines(file: string): AsyncGenerator<Envelope> {
  let number = 0;
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
  for await (const line of lines) {
    number++;
    if (number === 1 && /^\s*\{\s*$/.test(line)) {
      // An Envelope printed over several lines.
      yield parsed(await readFile(file, 'utf8'), file);
      return;
    }
    if (line.trim() !== '') yield parsed(line, `${file} line ${number}`);
  }
}

function parsed(text: string, where: string): Envelope {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new FleetError('INPUT_UNREADABLE', `${where} is no JSON`, { cause });
  }
  const result = envelopeSchema.safeParse(json);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = issue === undefined || issue.path.length === 0 ? 'the whole' : issue.path.join('.');
  throw new FleetError('INPUT_UNREADABLE', `${where} is no Envelope: ${field}: ${issue?.message ?? ''}`);
}
