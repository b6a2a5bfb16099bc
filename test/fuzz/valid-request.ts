import fc, { type Arbitrary } from 'fast-check';
import type { Operation, Served } from './document.ts';
import { arbitraryOf, type Known } from './from-schema.ts';
import type { Fuzzed } from './fuzzed.ts';
import { isRecord } from './tree-edit.ts';

/** Surfaces that the world under test serves everywhere. */
const SURFACES = [
  'chatgpt',
  'perplexity',
  'gemini',
  'copilot',
  'google_ai_mode',
  'google_search',
  'google_news',
];
const text = fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' }).map((part) => `q ${part}`);
const surfaces = fc.uniqueArray(fc.constantFrom(...SURFACES), { minLength: 1, maxLength: 2 });
const countries = fc.uniqueArray(fc.constantFrom('US', 'DE', 'JP'), { minLength: 1, maxLength: 2 });
const key = fc.oneof(fc.uuid(), fc.constantFrom('again', 'and again'));

/** What the reference says of fields beyond their schema. */
const KNOWN: Known = {
  query: text,
  prompt: text,
  surfaces,
  providers: surfaces,
  regions: countries,
  locations: countries,
  country: fc.constantFrom('US', 'de'),
  surface: fc.constantFrom(...SURFACES),
  method: fc.constantFrom('auto', 'own-fleet'),
  replicates: fc.integer({ min: 1, max: 2 }),
  idempotencyKey: key,
  webhook: fc.record({
    url: fc.constant('https://93.184.216.34/hook'),
    secret: fc.string({ minLength: 16, maxLength: 40, unit: 'grapheme-ascii' }),
  }),
  url: fc.constantFrom('https://93.184.216.34/a', 'https://93.184.216.34:8443/b'),
  label: fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme-ascii' }),
  expiresAt: fc.constantFrom('2099-01-01T00:00:00Z', '2098-06-01T00:00:00+02:00'),
  since: fc.constantFrom('2026-01-01T00:00:00Z', '2030-01-01T00:00:00+01:00'),
  until: fc.constantFrom('2031-01-01T00:00:00Z'),
  limit: fc.integer({ min: 1, max: 100 }),
  cursor: fc.constant(undefined),
  mode: fc.constantFrom('async', 'async', 'async', 'sync'),
  view: fc.constant(undefined),
  presign: fc.constant(undefined),
};

/** Aliases of one thing cannot be sent together, and a webhook forces async. */
function consistent(body: unknown): unknown {
  if (!isRecord(body) || !('surfaces' in body || 'query' in body || 'prompt' in body)) return body;
  const { query, prompt, country, ...rest } = body;
  if ('providers' in body) return body;
  return {
    ...rest,
    ...(query === undefined && prompt !== undefined ? { prompt } : { query: query ?? 'q' }),
    ...(country !== undefined && rest.regions === undefined ? { country } : {}),
  };
}

/** Every operation in the way its document and the reference describe. */
export function validRequest(served: Served, operation: Operation): Arbitrary<Fuzzed> {
  const values = fc.record(
    Object.fromEntries(
      operation.parameters.map(({ name, in: where, schema }) => [
        `${where} ${name}`,
        where === 'header'
          ? header(name)
          : where === 'path'
            ? pathValue(served, name, schema)
            : arbitraryOf(served, schema, KNOWN, queryName(operation, name)),
      ]),
    ),
    {
      requiredKeys: operation.parameters
        .filter((p) => p.required || p.in === 'path')
        .map((p) => `${p.in} ${p.name}`),
    },
  );
  const isAlias = operation.template.includes('{surface}');
  const body =
    operation.body === undefined ? fc.constant(undefined) : arbitraryOf(served, operation.body, KNOWN);
  return fc.tuple(values, body).map(([given, made]) => {
    const asked = isAlias && isRecord(made) ? withoutSurfaces(made) : consistent(made);
    return assembled(operation, given, withoutSyncWebhook(given, asked));
  });
}

/** The alias route's path names the surface. */
function withoutSurfaces({ surfaces: _surfaces, ...rest }: Record<string, unknown>): unknown {
  return consistent('prompt' in rest ? rest : { query: 'q', ...rest });
}

function withoutSyncWebhook(values: Record<string, unknown>, body: unknown): unknown {
  if (!isRecord(body) || values['query mode'] !== 'sync') return body;
  const { webhook: _webhook, ...rest } = body;
  return rest;
}

/** `status` and `surface` and `mode` mean other things elsewhere than in a search's query. */
function queryName(operation: Operation, name: string): string {
  return name === 'mode' && !operation.template.includes('search') ? '' : name;
}

function header(name: string): Arbitrary<unknown> {
  switch (name) {
    case 'x-aisearch-version':
      return fc.constantFrom('2026-06-27', '2026-06-01', undefined);
    case 'x-request-id':
      return fc.stringMatching(/^[A-Za-z0-9._-]{1,40}$/);
    case 'prefer':
      return fc.constantFrom('respond-async', undefined);
    default:
      return fc.constant(undefined);
  }
}

function pathValue(
  served: Served,
  name: string,
  schema: Parameters<typeof arbitraryOf>[1],
): Arbitrary<unknown> {
  if (/^(id|analysisId)$/.test(name)) return fc.nat(1_000).map((n) => `{pool:${n}}`);
  return arbitraryOf(served, schema, KNOWN, name);
}

function assembled(operation: Operation, values: Record<string, unknown>, body: unknown): Fuzzed {
  let path = operation.template;
  const query = new URLSearchParams();
  const headers: Record<string, string> = {};
  for (const [place, value] of Object.entries(values)) {
    const [where, name = ''] = place.split(' ');
    if (value === undefined) continue;
    if (where === 'path') path = path.replace(`{${name}}`, pathText(String(value)));
    else if (where === 'query') query.set(name, String(value));
    else headers[name] = String(value);
  }
  // One Envelope is the whole sync answer of the older dialect.
  if (query.get('mode') === 'sync') delete headers['x-aisearch-version'];
  const search = query.size === 0 ? '' : `?${query}`;
  return {
    kind: 'valid',
    operation,
    method: operation.method,
    path: path + search,
    headers,
    body,
    raw: undefined,
    auth: 'key',
  };
}

function pathText(value: string): string {
  return value.startsWith('{pool:') ? value : encodeURIComponent(value.toWellFormed());
}
