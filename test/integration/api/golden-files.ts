import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { z } from 'zod';

/**
 * Golden files of what the reference pages of the three fronts print: `golden/<front>/NN-name.request.json` is a request as
 * the page prints it, `….response.json` our answer to it. `npm test -- FILE -u` writes the answers anew.
 */
const FOLDER = new URL('./golden/', import.meta.url);

const printedRequestSchema = z.strictObject({
  /** Where it stands: page and heading. */
  page: z.string(),
  /** Why it is not to the letter what the page prints. */
  why: z.string().optional(),
  method: z.string(),
  /** With the vendor's host; `{name}` is put in by the test. */
  url: z.string(),
  /** A key that ends in `...` or `_here` stands for one of ours. */
  headers: z.record(z.string(), z.string()),
  body: z.unknown().optional(),
});

export type PrintedRequest = z.infer<typeof printedRequestSchema>;

export function printedRequest(front: string, name: string): PrintedRequest {
  return printedRequestSchema.parse(
    JSON.parse(readFileSync(new URL(`${front}/${name}.request.json`, FOLDER), 'utf8')),
  );
}

/** Headers of an answer that its page, or every client, relies on. */
const TOLD = [
  'content-type',
  'location',
  'x-correlation-id',
  'www-authenticate',
  'retry-after',
  'x-should-retry',
];

export interface GoldenAnswer {
  status: number;
  headers: Record<string, string>;
  body: unknown;
}

/** Sends what a page prints: its path at `base`, its headers with `key` in place of the vendor's, its body if it has one. */
export async function sendPrinted(
  base: string,
  request: PrintedRequest,
  key: string,
  given: Readonly<Record<string, string>> = {},
): Promise<GoldenAnswer> {
  const printed = request.url.replace(/^https:\/\/[^/]+/, '');
  const path = printed.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => {
    const value = given[name];
    if (value === undefined) throw new Error(`the request needs a ${name}`);
    return value;
  });
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      value.replace(/^Bearer \S*(?:\.\.\.|_here)$/, `Bearer ${key}`),
    ]),
  );
  const body = request.body === undefined ? {} : { body: JSON.stringify(request.body) };
  const response = await fetch(`${base}${path}`, { method: request.method, headers, ...body });
  const told = TOLD.flatMap((name) => {
    const value = response.headers.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  return { status: response.status, headers: Object.fromEntries(told), body: await response.json() };
}

/** A value with what differs from run to run written over, and what pages shorten with `...`; ids in `kept` stay. */
export function masked(value: unknown, kept: readonly string[] = []): unknown {
  const text = JSON.stringify(value)
    .replaceAll(/act_(?:[0-9a-f]{32}|\.\.\.)/g, 'act_…')
    .replaceAll(/[0-9a-f]{8}(?:(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|-\.\.\.)/g, (id) =>
      kept.includes(id) ? id : 'UUID',
    )
    .replaceAll(/job_[a-z0-9]{26}/g, 'JOB')
    .replaceAll(/req_[0-9a-f]{32}/g, 'REQUEST')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/("retry-after":")\d+"/g, '$1SECONDS"')
    .replaceAll(/retry in \d+ s/g, 'retry in SECONDS s')
    .replaceAll(/site\.test:\d+/g, 'site.test');
  return JSON.parse(text);
}

/**
 * Compares an answer with its golden file, and its body with the one the page prints. Where ours must differ, `why` says so
 * and stands in the file; a `why` without a difference fails as well.
 */
export async function expectGolden(
  [front, name]: readonly [front: string, name: string],
  answer: GoldenAnswer,
  told: { printed?: unknown; why?: string; kept?: readonly string[] },
): Promise<void> {
  const { printed, why, kept } = told;
  if (printed !== undefined) {
    const compared = expect(masked(answer.body, kept));
    if (why === undefined) compared.toEqual(masked(printed, kept));
    else compared.not.toEqual(masked(printed, kept));
  }
  const written = masked({ ...(why === undefined ? {} : { why }), ...answer }, kept);
  await expect(`${JSON.stringify(written, null, 2)}\n`).toMatchFileSnapshot(
    `golden/${front}/${name}.response.json`,
  );
}
