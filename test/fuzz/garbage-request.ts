import fc, { type Arbitrary } from 'fast-check';
import type { Served } from './document.ts';
import type { Fuzzed } from './fuzzed.ts';

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
