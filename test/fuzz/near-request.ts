import fc, { type Arbitrary } from 'fast-check';
import type { Operation, Served } from './document.ts';
import type { Fuzzed } from './fuzzed.ts';
import { added, removedAt, replacedAt } from './tree-edit.ts';
import { validRequest } from './valid-request.ts';

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

function withQuery(path: string, name: string, value: string): string {
  const glue = path.includes('?') ? '&' : '?';
  return `${path}${glue}${name}=${encodeURIComponent(value.toWellFormed())}`;
}
