import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type Exchange, exchangeSchema, signalsSchema } from '../contract/capture-record.ts';
import { FleetError } from '../contract/errors.ts';
import { regionSchema } from '../contract/region.ts';
import type { SurfaceName } from '../contract/surface-name.ts';

/** `request.json` of a fixture: what was asked, and what the drive saw beside the page. Other keys are ignored. */
export const fixtureRequestSchema = z.object({
  query: z.string(),
  region: regionSchema.nullable().default(null),
  finalUrl: z.string().nullable().default(null),
  signals: signalsSchema.partial().default({}),
});

export type FixtureRequest = z.infer<typeof fixtureRequestSchema>;

/** One case of `fixtures/<surface>/<case>/`. */
export interface Fixture {
  surface: SurfaceName;
  name: string;
  request: FixtureRequest;
  /** `page.html`: the finished page, or null where the case has none. */
  html: string | null;
  /**
   * `transcript.jsonl`: one Exchange per line, empty where the case has none. A frame's `data` is what went over the
   * wire, verbatim: framing and blank lines included.
   */
  transcript: readonly Exchange[];
  /** `expected.json`, parsed but not judged here; undefined where the case has none. */
  expected: unknown;
}

const FIXTURES = fileURLToPath(new URL('../../fixtures/', import.meta.url));
const loaded = new Map<string, Fixture>();

/** Names of a surface's fixtures, sorted. */
export function fixtureNames(surface: SurfaceName, root: string = FIXTURES): string[] {
  const folder = `${root}/${surface}`;
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/** Loads one fixture, once per process. Throws INPUT_UNREADABLE with the file's name when something in it is wrong. */
export function loadFixture(surface: SurfaceName, name: string, root: string = FIXTURES): Fixture {
  const folder = `${root}/${surface}/${name}`;
  const known = loaded.get(folder);
  if (known !== undefined) return known;
  const read = (file: string) => readText(`${folder}/${file}`);
  const requestText = read('request.json');
  if (requestText === null) throw unreadable(`${folder}/request.json`, 'it does not exist');
  const expectedText = read('expected.json');
  const fixture: Fixture = {
    surface,
    name,
    request: parsed(`${folder}/request.json`, requestText, fixtureRequestSchema),
    html: read('page.html'),
    transcript: readExchanges(`${folder}/transcript.jsonl`, read('transcript.jsonl') ?? ''),
    expected:
      expectedText === null ? undefined : parsed(`${folder}/expected.json`, expectedText, z.unknown()),
  };
  loaded.set(folder, fixture);
  return fixture;
}

/** The finished page of a fixture; throws INPUT_UNREADABLE when it has none. */
export function fixturePage(fixture: Fixture): string {
  if (fixture.html !== null) return fixture.html;
  throw unreadable(`fixtures/${fixture.surface}/${fixture.name}/page.html`, 'it does not exist');
}

/** The first exchange whose URL matches; throws INPUT_UNREADABLE when there is none. */
export function fixtureExchange(fixture: Fixture, url: RegExp): Exchange {
  const found = fixture.transcript.find((exchange) => url.test(exchange.url));
  if (found !== undefined) return found;
  throw unreadable(
    `fixtures/${fixture.surface}/${fixture.name}/transcript.jsonl`,
    `no exchange matches ${url}`,
  );
}

function readExchanges(file: string, text: string): Exchange[] {
  return text
    .split('\n')
    .map((line, index) => ({ line, place: `${file}:${index + 1}` }))
    .filter(({ line }) => line.trim() !== '')
    .map(({ line, place }) => parsed(place, line, exchangeSchema));
}

function readText(file: string): string | null {
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

function parsed<T>(place: string, text: string, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw unreadable(place, cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause), cause);
  }
}

function unreadable(place: string, why: string, cause?: unknown): FleetError {
  return new FleetError('INPUT_UNREADABLE', `${place}: ${why}`, { cause });
}
