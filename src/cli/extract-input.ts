import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { z } from 'zod';
import { SURFACES, surfaceByName } from '../../surfaces/index.ts';
import type { EnvelopeBody } from '../contract/envelope.ts';
import { FleetError } from '../contract/errors.ts';
import type { Surface } from '../contract/surface.ts';
import { recordFromFile } from '../extract/record-from-file.ts';
import { readCapture } from '../fleet/read-capture.ts';

const unzip = promisify(gunzip);

/** One thing to extract: where its page and transcript lie. */
export const extractInputSchema = z.object({
  surface: z.string(),
  html: z.string().optional(),
  transcript: z.string().optional(),
  query: z.string().optional(),
  url: z.string().optional(),
});

export type ExtractInput = z.infer<typeof extractInputSchema>;

/** A surface by its name; INPUT_UNREADABLE names those there are. */
export function requireSurface(name: string): Surface {
  const surface = surfaceByName(name);
  if (surface === undefined) {
    const names = SURFACES.map((known) => known.name).join(', ');
    throw new FleetError('INPUT_UNREADABLE', `unknown surface ${JSON.stringify(name)}; known: ${names}`);
  }
  return surface;
}

/**
 * Reads and extracts one input. Paths are relative to `base`. Throws INPUT_UNREADABLE for an unknown surface, a file
 * that cannot be read, or when neither page nor transcript is given.
 */
export async function extractInput(input: ExtractInput, base: string): Promise<EnvelopeBody> {
  const surface = requireSurface(input.surface);
  if (input.html === undefined && input.transcript === undefined) {
    throw new FleetError('INPUT_UNREADABLE', 'nothing to extract: give --html, --transcript, or both');
  }
  const [html, transcript] = await Promise.all([
    readText(input.html, base),
    readText(input.transcript, base),
  ]);
  const record = recordFromFile({
    surface: surface.name,
    adapterVersion: surface.version,
    html,
    transcript,
    query: input.query,
    url: input.url,
  });
  return readCapture(surface, record);
}

/** Directory that paths inside a batch file are relative to. */
export function baseOf(file: string): string {
  return dirname(resolve(file));
}

async function readText(path: string | undefined, base: string): Promise<string | undefined> {
  if (path === undefined) return undefined;
  const bytes = await readBytes(resolve(base, path));
  return bytes.toString('utf8');
}

/** A file's bytes, unzipped where they are gzip. Throws INPUT_UNREADABLE. */
export async function readBytes(path: string): Promise<Buffer> {
  try {
    const bytes = await readFile(path);
    return bytes[0] === 0x1f && bytes[1] === 0x8b ? await unzip(bytes) : bytes;
  } catch (cause) {
    throw new FleetError(
      'INPUT_UNREADABLE',
      `cannot read ${path}: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        cause,
      },
    );
  }
}
