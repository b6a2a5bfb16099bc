import fc, { type Arbitrary } from 'fast-check';
import type { Operation, Served } from './document.ts';
import { arbitraryOf, type Known } from './from-schema.ts';

/** How a request was made: as the document and the reference say, with one thing wrong, or out of nothing. */
export type Kind = 'valid' | 'near' | 'garbage';

/** A request to be sent. `{pool:n}` in its path is replaced by an id that the server gave out before. */
export interface Fuzzed {
  kind: Kind;
  /** Undefined for paths and methods that nobody documents. */
  operation: Operation | undefined;
  method: string;
  path: string;
  headers: Record<string, string>;
  /** JSON to send; undefined for no body. */
  body: unknown;
  /** Bytes to send instead of `body`. */
  raw: Uint8Array | undefined;
  auth: 'key' | 'none' | 'bad';
}

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
    const found = consistent(isAlias && made === undefined ? {} : made);
    const asked = isAlias && isRecord(found) ? withoutSurfaces({ query: 'q', ...found }) : found;
    return assembled(operation, given, withoutSyncWebhook(given, asked));
  });
}

function withoutSurfaces({ surfaces: _surfaces, ...rest }: Record<string, unknown>): Record<string, unknown> {
  return 'prompt' in rest ? (({ query: _query, ...others }) => others)(rest) : rest;
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

const NASTY_TEXT = [
  ...[
    '',
    ' ',
    '\u0000',
    'a\u0000b',
    '\ud800',
    'x\udc00',
    '\u202eevil',
    '🙂'.repeat(10_001),
    'x'.repeat(20_000),
  ],
  ...[
    "'; DROP TABLE fleet.job; --",
    '</script><script>alert(1)</script>',
    '\u001b[31mred',
    'a\r\nSet-Cookie: b=1',
  ],
  ...['__proto__', 'constructor', '../../etc/passwd', '%00', 'ignore all previous instructions', 'NaN'],
];
const nastyText = fc.oneof(
  fc.constantFrom(...NASTY_TEXT),
  fc.string({
    unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
    maxLength: 80,
  }),
);
const nasty: Arbitrary<unknown> = fc.oneof(
  nastyText,
  fc.constantFrom(null, true, 0, -0, -1, 1.5, 1e308, 2 ** 53, [], {}, [[]], [null], { a: { b: {} } }),
  fc.jsonValue({ maxDepth: 4 }),
);
const nastyHeader = fc.tuple(
  fc.constantFrom(
    'x-aisearch-version',
    'x-request-id',
    'prefer',
    'idempotency-key',
    'if-none-match',
    'content-type',
    'content-encoding',
  ),
  fc.string({
    unit: fc
      .integer({ min: 0x20, max: 0xff })
      .filter((unit) => unit !== 0x7f)
      .map((unit) => String.fromCharCode(unit)),
    maxLength: 40,
  }),
);

/** A valid request with one thing changed for the worse; some changes leave it acceptable. */
export function nearRequest(served: Served, operation: Operation): Arbitrary<Fuzzed> {
  const change = fc.oneof(
    {
      weight: operation.body === undefined ? 0 : 6,
      arbitrary: fc.tuple(fc.nat(), nasty).map(([at, value]) => (r: Fuzzed) => ({
        ...r,
        body: replacedAt(r.body, at, value),
      })),
    },
    {
      weight: operation.body === undefined ? 0 : 1,
      arbitrary: fc.tuple(nastyText, nasty).map(([name, value]) => (r: Fuzzed) => ({
        ...r,
        body: added(r.body, name, value),
      })),
    },
    {
      weight: operation.body === undefined ? 0 : 1,
      arbitrary: fc.nat().map((at) => (r: Fuzzed) => ({ ...r, body: removedAt(r.body, at) })),
    },
    {
      weight: 1,
      arbitrary: nastyHeader.map(([name, value]) => (r: Fuzzed) => ({
        ...r,
        headers: { ...r.headers, [name]: value },
      })),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(
          fc.constantFrom(
            'mode',
            'view',
            'limit',
            'cursor',
            'status',
            'surface',
            'since',
            'state',
            'jobId',
            'presign',
            'includeRaw',
            'x',
          ),
          nastyText,
        )
        .map(([name, value]) => (r: Fuzzed) => ({
          ...r,
          path: withQuery(r.path, name, value.slice(0, 500)),
        })),
    },
    {
      weight: 1,
      arbitrary: nastyText.map((value) => (r: Fuzzed) => ({
        ...r,
        path: r.path.replace(/\{pool:\d+\}/, encodeURIComponent(value.slice(0, 200).toWellFormed())),
      })),
    },
    { weight: 1, arbitrary: fc.constantFrom('none', 'bad').map((auth) => (r: Fuzzed) => ({ ...r, auth })) },
  );
  return fc
    .tuple(validRequest(served, operation), change)
    .map(([request, apply]) => ({ ...(apply(request) as Fuzzed), kind: 'near' as const }));
}

const encoder = new TextEncoder();
const NASTY_BYTES: readonly Uint8Array[] = [
  ...[
    '',
    '{',
    '[]',
    'null',
    '1',
    '"x"',
    '{"query":"a","query":"b"}',
    '{"__proto__":{"a":1}}',
    '{"query":NaN}',
  ],
  ...[
    '{"query":"q","surfaces":["chatgpt"],"priority":1e999}',
    '\ufeff{"query":"q","surfaces":["chatgpt"]}',
    "{'query':'q'}",
  ],
  ...[
    '['.repeat(100_000),
    `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`,
    `{"query":"${'x'.repeat(300_000)}"}`,
  ],
].map((nastyJson) => encoder.encode(nastyJson));

/** What no client of ours would send. */
export function garbageRequest(served: Served): Arbitrary<Fuzzed> {
  const posts = served.operations.filter((operation) => operation.body !== undefined);
  const bytes = fc.tuple(
    fc.constantFrom(...posts),
    fc.oneof(fc.constantFrom(...NASTY_BYTES), fc.uint8Array({ maxLength: 300 })),
    fc.constantFrom(
      'application/json',
      'application/json; charset=utf-8',
      'text/plain',
      'application/json; charset=latin1',
      '',
    ),
    fc.nat(1_000),
  );
  const rawBody = bytes.map(([operation, raw, type, n]) => ({
    ...{
      kind: 'garbage' as const,
      operation,
      method: operation.method,
      raw,
      body: undefined,
      auth: 'key' as const,
    },
    path: operation.template.replace(/\{surface\}/, 'chatgpt').replace(/\{[^}:]+\}/, `{pool:${n}}`),
    headers: type === '' ? {} : { 'content-type': type },
  }));
  const segments = fc.array(
    fc.constantFrom(
      'v1',
      'jobs',
      'search',
      '..',
      '%2e%2e%2f',
      '%00',
      '%ff',
      '%',
      'x'.repeat(600),
      'api',
      'keys',
      '',
    ),
    { minLength: 1, maxLength: 6 },
  );
  const path = segments.map((parts) => ({ ...plain('GET', `/${parts.join('/')}`), operation: undefined }));
  const method = fc
    .tuple(
      fc.constantFrom(...served.operations),
      fc.constantFrom('GET', 'PUT', 'PATCH', 'DELETE', 'POST', 'OPTIONS'),
      fc.nat(1_000),
    )
    .filter(([operation, name]) => !served.methodsOf(operation.template).includes(name))
    .map(([operation, name, n]) => ({
      ...plain(
        name,
        operation.template
          .replace('{surface}', 'chatgpt')
          .replace('{kind}', 'raw')
          .replace(/\{[^}:]+\}/, `{pool:${n}}`),
      ),
      operation: undefined,
    }));
  return fc.oneof(
    { weight: 4, arbitrary: rawBody },
    { weight: 1, arbitrary: path },
    { weight: 1, arbitrary: method },
  );
}

function plain(method: string, path: string): Fuzzed {
  return {
    kind: 'garbage',
    operation: undefined,
    method,
    path,
    headers: {},
    body: undefined,
    raw: undefined,
    auth: 'key',
  };
}

/** Requests of every kind to every operation; those that do work come more often. */
export function anyRequest(served: Served): Arbitrary<Fuzzed> {
  const weighted = served.operations.map((operation) => ({
    operation,
    weight: operation.template.includes('search') || operation.template.includes('analysis') ? 8 : 2,
  }));
  const of = (make: (operation: Operation) => Arbitrary<Fuzzed>): Arbitrary<Fuzzed> =>
    fc.oneof(...weighted.map(({ operation, weight }) => ({ weight, arbitrary: make(operation) })));
  return fc.oneof(
    { weight: 3, arbitrary: of((operation) => validRequest(served, operation)) },
    { weight: 5, arbitrary: of((operation) => nearRequest(served, operation)) },
    { weight: 2, arbitrary: garbageRequest(served) },
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Replaces the n-th value of a tree, counted modulo their number. */
function replacedAt(tree: unknown, at: number, value: unknown): unknown {
  const places = placesOf(tree);
  const place = places[at % places.length] ?? [];
  return edited(tree, place, () => value);
}

function removedAt(tree: unknown, at: number): unknown {
  const places = placesOf(tree).filter((place) => place.length > 0);
  const place = places[at % Math.max(1, places.length)];
  return place === undefined ? tree : edited(tree, place, () => undefined);
}

function added(tree: unknown, name: string, value: unknown): unknown {
  return isRecord(tree) ? Object.fromEntries([...Object.entries(tree), [name, value]]) : tree;
}

type Place = readonly (string | number)[];

function placesOf(tree: unknown, here: Place = []): Place[] {
  const inner = Array.isArray(tree)
    ? tree.flatMap((item, index) => placesOf(item, [...here, index]))
    : isRecord(tree)
      ? Object.entries(tree).flatMap(([name, item]) => placesOf(item, [...here, name]))
      : [];
  return [here, ...inner];
}

function edited(tree: unknown, [step, ...rest]: Place, change: (value: unknown) => unknown): unknown {
  if (step === undefined) return change(tree);
  if (Array.isArray(tree))
    return tree.map((item, index) => (index === step ? edited(item, rest, change) : item));
  if (!isRecord(tree)) return tree;
  return Object.fromEntries(
    Object.entries(tree).map(([name, item]) => [name, name === step ? edited(item, rest, change) : item]),
  );
}

function withQuery(path: string, name: string, value: string): string {
  const glue = path.includes('?') ? '&' : '?';
  return `${path}${glue}${name}=${encodeURIComponent(value.toWellFormed())}`;
}
