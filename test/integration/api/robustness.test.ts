import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SURFACE_NAMES } from '../../../src/contract/surface-name.ts';
import { type ApiWorld, openApiWorld } from './api-world.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
});
afterAll(() => world.close());

const anyText = fc.oneof(
  fc.string(),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
);
const anyValue = fc.oneof(anyText, fc.integer(), fc.constant(null), fc.boolean(), fc.jsonValue());
const region = fc.oneof(
  fc.constantFrom('US', 'de', 'XX', ''),
  anyValue,
  fc.record(
    { country: fc.constantFrom('US', 'JP', 'zz'), city: anyText, language: anyText },
    { requiredKeys: [] },
  ),
);
const body = fc.record(
  {
    query: fc.oneof(fc.constant('q'), anyValue),
    prompt: anyValue,
    surfaces: fc.oneof(
      fc.array(fc.constantFrom(...SURFACE_NAMES), { maxLength: 4 }),
      fc.array(anyText),
      anyValue,
    ),
    regions: fc.oneof(fc.array(region, { maxLength: 12 }), anyValue),
    method: fc.oneof(fc.constantFrom('auto', 'own-fleet', 'official-api'), anyValue),
    priority: anyValue,
    webhook: fc.oneof(fc.record({ url: anyText, secret: anyText }), anyValue),
    idempotencyKey: anyValue,
  },
  { requiredKeys: [] },
);

describe('whatever is sent', () => {
  it('a body never makes a 5xx, and every answer is what the OpenAPI document says', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(body, fc.jsonValue()), async (given) => {
        const { status } = await world.post('/v1/search?mode=async', given);
        expect([202, 400, 409, 422]).toContain(status);
      }),
      { numRuns: 500 },
    );
  });

  it('an id never makes a 5xx', async () => {
    await fc.assert(
      fc.asyncProperty(anyText, async (id) => {
        const { status } = await world.get(`/v1/jobs/${encodeURIComponent(id.toWellFormed())}`);
        expect([404, 414]).toContain(status);
      }),
      { numRuns: 200 },
    );
  });
});

describe('given a failure nobody foresaw', () => {
  it('answers INTERNAL_ERROR with the request id and nothing of the inside', async () => {
    await world.db.query('ALTER TABLE fleet.job RENAME TO gone');
    const answer = await world.get('/v1/jobs/job_aaaa');
    await world.db.query('ALTER TABLE fleet.gone RENAME TO job');
    expect(answer.status).toBe(500);
    expect(answer.body).toMatchObject({
      code: 'INTERNAL_ERROR',
      error: `an unexpected error occurred; quote request_id ${answer.body.request_id}`,
    });
    expect(answer.text).not.toContain('relation');
  });
});
