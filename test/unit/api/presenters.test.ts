import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorAnswer } from '../../../src/api/error-answer.ts';
import { presenterOf } from '../../../src/api/presenters/index.ts';
import { errorBodySchema } from '../../../src/api/wire.ts';
import { nestedErrorSchema } from '../../../src/api/wire-2026-06-01.ts';
import { API_VERSIONS, dialectChildId, dialectRegion } from '../../../src/contract/dialect.ts';
import { API_ERRORS, ApiError, type ApiErrorCode } from '../../../src/contract/errors.ts';
import { formatChildId, isRequestId, type JobId, parseChildId } from '../../../src/contract/ids.ts';
import { SURFACE_NAMES } from '../../../src/contract/surface-name.ts';

const CODES = Object.keys(API_ERRORS) as ApiErrorCode[];
const SCHEMAS = { '2026-06-27': errorBodySchema, '2026-06-01': nestedErrorSchema };
const requestId = 'req_9f2c1a7e4b5d48f1a3c6e8d0b2a4f6c8';

function answerOf(error: ApiError, version: (typeof API_VERSIONS)[number]) {
  if (!isRequestId(requestId)) throw new Error('unreachable');
  return errorAnswer(error, { requestId, origin: 'https://api.example', version });
}

describe('every error of the catalogue, in both dialects', () => {
  it('is written exactly as the golden file has it', async () => {
    const golden = CODES.flatMap((code) =>
      API_VERSIONS.map((version) => {
        const { status, headers, body } = answerOf(new ApiError(code, `message of ${code}`), version);
        return { version, status, headers, body };
      }),
    );
    await expect(`${JSON.stringify(golden, null, 1)}\n`).toMatchFileSnapshot('errors.golden.txt');
  });

  it('fits the schema of its document, whatever message and details it carries', () => {
    const details = fc.oneof(
      fc.constant(undefined),
      fc.array(fc.record({ path: fc.string(), message: fc.string() })),
      fc.dictionary(fc.string(), fc.jsonValue()),
    );
    fc.assert(
      fc.property(fc.constantFrom(...CODES), fc.string(), details, (code, message, given) => {
        const error = new ApiError(code, message, given === undefined ? {} : { details: given });
        for (const version of API_VERSIONS) SCHEMAS[version].parse(answerOf(error, version).body);
      }),
    );
  });

  it('a missing key is AUTH_MISSING where it was listed, AUTH_INVALID in the newer dialect', () => {
    const missing = new ApiError('AUTH_MISSING', 'm');
    expect(answerOf(missing, '2026-06-27').body).toMatchObject({
      code: 'AUTH_INVALID',
      docs_url: 'https://api.example/docs#auth_invalid',
    });
    expect(answerOf(missing, '2026-06-01')).toMatchObject({
      body: { error: { code: 'AUTH_MISSING', status: 401 } },
      headers: { 'www-authenticate': 'Bearer' },
    });
  });

  it('facts by name become entries of that name in the nested dialect', () => {
    const error = new ApiError('SURFACE_TIMEOUT', 'm', { details: { jobId: 'job_a', required: 5 } });
    expect(answerOf(error, '2026-06-01').body).toMatchObject({
      error: {
        details: [
          { path: 'jobId', message: 'job_a' },
          { path: 'required', message: '5' },
        ],
      },
    });
  });
});

describe('child ids', () => {
  const ids = fc.record({
    surface: fc.constantFrom(...SURFACE_NAMES),
    regionKey: fc.constantFrom('GLOBAL', 'us', 'us:new-york', 'de::en', 'jp:東京:ja'),
    replicate: fc.integer({ min: 1, max: 50 }),
  });

  it('of either dialect name the same child, in any case of the region', () => {
    fc.assert(
      fc.property(ids, (given) => {
        const parts = { ...given, jobId: 'job_8t2q' as JobId, method: 'own-fleet' as const };
        for (const version of API_VERSIONS) {
          const id = dialectChildId(version, formatChildId(parts));
          expect(parseChildId(id)).toEqual(parts);
          expect(parseChildId(id.replace(given.regionKey, given.regionKey.toUpperCase()))).toEqual(parts);
        }
      }),
    );
  });

  it('have four segments in the flat dialect, three in the nested one', () => {
    const id = 'job_8t2q.chatgpt.own-fleet.us';
    expect(API_VERSIONS.map((version) => presenterOf(version).childId(id))).toEqual([
      id,
      'job_8t2q.chatgpt.us',
    ]);
    expect(presenterOf('2026-06-01').childId(`${id}.r2`)).toBe('job_8t2q.chatgpt.us.r2');
  });

  it('regions: the country is upper case in the nested dialect, GLOBAL is GLOBAL', () => {
    const keys = ['us', 'us:new-york:en', 'GLOBAL'];
    expect(keys.map((key) => dialectRegion('2026-06-01', key))).toEqual(['US', 'US:new-york:en', 'GLOBAL']);
    expect(keys.map((key) => dialectRegion('2026-06-27', key))).toEqual(keys);
  });
});
