import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_VERSIONS } from '../../../src/contract/dialect.ts';
import { createKey } from '../../../src/jobs/api-keys.ts';
import { type Answer, type ApiWorld, errorOf, openApiWorld } from './api-world.ts';

let world: ApiWorld;
let behind: ApiWorld;
beforeAll(async () => {
  // One a minute: none comes back within this test.
  world = await openApiWorld({ config: { authFailures: 1 } });
  behind = await openApiWorld({ config: { authFailures: 1, trustProxy: ['127.0.0.0/8', '::1'] } });
});
afterAll(async () => {
  await world?.close();
  await behind?.close();
});

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

describe('given a proxy in front', () => {
  const bad = async (to: ApiWorld, forwardedFor: string): Promise<number> => {
    const headers = { authorization: `Bearer ${'x'.repeat(40)}`, 'x-forwarded-for': forwardedFor };
    return (await to.ask('/v1/usage', { headers })).status;
  };

  it('that is trusted, the addresses it names are counted each by itself', async () => {
    expect([await bad(behind, '192.0.2.1'), await bad(behind, '192.0.2.1')]).toEqual([401, 429]);
    expect(await bad(behind, '192.0.2.2')).toBe(401);
    // What the client itself wrote before the proxy added its address does not count.
    expect(await bad(behind, '198.51.100.7, 192.0.2.2')).toBe(429);
  });

  it('that is not trusted, nobody changes their address by a header', async () => {
    for (const made of ['192.0.2.3', '192.0.2.4']) expect(await bad(world, made)).toBe(429);
  });

  it('that speaks https for us, links lead there; the word of anybody else counts for nothing', async () => {
    const headers = { 'x-forwarded-proto': 'https', host: 'api.example' };
    expect((await behind.ask('/v1/usage', { headers })).body.docs_url).toMatch(
      /^https:\/\/api\.example\/docs#/,
    );
    expect((await world.ask('/v1/usage', { headers })).body.docs_url).toMatch(
      /^http:\/\/api\.example\/docs#/,
    );
  });
});
