import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FRONTS } from '../../../src/api/fronts.ts';
import { type ApiWorld, openApiWorld } from './api-world.ts';
import { frontClient } from './front-client.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
});
afterAll(() => world.close());

const BANDS = '/v1/content-intelligence/bands';

describe('a front', () => {
  it('answers below /compat and at the printed path, with a key that has its prefix', async () => {
    const compat = await frontClient(world, 'sleepwalker');
    const root = await frontClient(world, 'sleepwalker', { base: '', key: compat.key });
    expect(compat.key).toMatch(/^sw_api_live_[0-9A-Za-z]{36}$/);
    const [one, two] = [await compat.ask('GET', BANDS), await root.ask('GET', BANDS)];
    expect(one).toMatchObject({ status: 200, body: { bands: expect.any(Array) } });
    expect(two.text).toBe(one.text);
  });

  it('opens none of our own routes to its key, and its routes stay out of our document', async () => {
    const { key } = await frontClient(world, 'sleepwalker');
    const answer = await world.ask('/v1/usage', { headers: { authorization: `Bearer ${key}` } });
    expect(answer).toMatchObject({ status: 403, body: { code: 'INSUFFICIENT_SCOPE' } });
    const { body } = await world.ask('/openapi.json');
    expect(Object.keys(body.paths).filter((path) => /content-intelligence|compat/.test(path))).toEqual([]);
  });

  it.each(FRONTS.map(({ name }) => name))('%s has a document of its own, without a key', async (name) => {
    const response = await fetch(`${world.url}/compat/${name}/openapi.json`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ openapi: '3.1.0', servers: [{ url: `/compat/${name}` }] });
  });

  it('has its error shape on everything, and our own API keeps its own', async () => {
    const { ask } = await frontClient(world, 'sleepwalker');
    const detail = (reason: string): object => ({
      detail: { reason, error: reason, message: expect.any(String) },
    });
    expect(await ask('GET', BANDS, undefined, { authorization: 'Bearer sw_api_live_wrong' })).toMatchObject({
      status: 401,
      body: detail('invalid_api_key'),
    });
    expect(await ask('GET', '/v1/nothing')).toMatchObject({ status: 404, body: detail('not_found') });
    expect(await ask('POST', BANDS, {})).toMatchObject({ status: 405, body: detail('method_not_allowed') });
    expect(await ask('GET', `/v1/content-intelligence/${'x'.repeat(600)}`)).toMatchObject({
      status: expect.any(Number),
      body: { detail: { reason: expect.any(String) } },
    });
    const ours = await world.get('/v1/nothing');
    expect(ours).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
  });

  // What README.md says is not served: beside the three reference pages, and outside of issue 6.
  it.each([
    ['sleepwalker', 'GET', '/v1/activity'],
    ['sleepwalker', 'POST', '/v1/visibility/runs'],
    ['sleepwalker', 'GET', '/v1/tests'],
    ['rankprompt', 'GET', '/v1/region-configs'],
    ['sellm', 'GET', '/api/v1/prompts'],
    ['sellm', 'GET', '/api/v1/analysis/runs'],
  ] as const)('%s %s %s is not served, and says so in that front’s shape', async (front, method, path) => {
    const { ask } = await frontClient(world, front);
    const { status, body } = await ask(method, path, method === 'POST' ? {} : undefined);
    expect(status).toBe(404);
    expect(body).toMatchObject(
      {
        sleepwalker: { detail: { reason: 'not_found' } },
        rankprompt: { error: { code: 'not_found', message: 'Resource not found' } },
        sellm: { error: { code: 'NOT_FOUND' } },
      }[front],
    );
  });
});
