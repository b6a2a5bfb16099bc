import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_VERSIONS } from '../../../src/contract/dialect.ts';
import { createKey } from '../../../src/jobs/api-keys.ts';
import { type Answer, type ApiWorld, errorOf, openApiWorld } from './api-world.ts';

let world: ApiWorld;
beforeAll(async () => {
  // One a minute: none comes back within this test.
  world = await openApiWorld({ config: { authFailures: 1 } });
});
afterAll(() => world.close());

const asking = (key: string, version: string = API_VERSIONS[0]): Promise<Answer> =>
  world.ask('/v1/usage', { headers: { authorization: `Bearer ${key}`, 'x-aisearch-version': version } });

describe('given an address that presents bad keys', () => {
  it('good keys never count; the second bad one is 429, and so is every unfamiliar key; familiar ones go on', async () => {
    for (let count = 0; count < 10; count++) expect((await asking(world.key)).status).toBe(200);
    const { key: unfamiliar } = await createKey(world.db, { label: 'unfamiliar' }, Date.now());
    expect((await world.ask('/v1/usage')).status).toBe(401);
    expect((await asking('x'.repeat(40))).status).toBe(401);
    for (const version of API_VERSIONS) {
      for (const key of ['x'.repeat(40), unfamiliar]) {
        const answer = await asking(key, version);
        const seconds = Number(answer.headers['retry-after']);
        expect(answer.status).toBe(429);
        expect(errorOf(answer)).toMatchObject({
          code: 'RATE_LIMIT_EXCEEDED',
          message: `more than 1 refused API keys per 60 s from this address; retry in ${seconds} s`,
        });
        expect(answer.headers['x-should-retry']).toBe('true');
        expect(seconds).toBeGreaterThan(0);
        expect(seconds).toBeLessThanOrEqual(60);
      }
    }
    expect((await asking(world.key)).status).toBe(200);
    expect((await world.ask('/v1/usage')).status).toBe(401);
  });
});
