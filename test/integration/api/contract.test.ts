import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Served } from '../../fuzz/document.ts';
import { type ApiWorld, openApiWorld } from './api-world.ts';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
let world: ApiWorld;
let served: Served;
beforeAll(async () => {
  world = await openApiWorld({ config: { webhookKey: 'a key for the tests' } });
  served = new Served((await world.ask('/openapi.json')).body);
});
afterAll(() => world.close());

const pathOf = (template: string): string =>
  template
    .replace('{surface}', 'chatgpt')
    .replace('{kind}', 'raw')
    .replace(/\{\w+\}/g, 'job_nobody');

describe('every documented operation', () => {
  it('that is not open asks for a key, and takes no other', async () => {
    const closed = served.operations.filter((operation) => !operation.isOpen);
    expect(closed.length).toBeGreaterThan(20);
    for (const { method, template } of closed) {
      const authorizations = [undefined, 'Bearer ', 'Basic YTpi', 'Bearer nobody', `Token ${world.key}`];
      for (const authorization of authorizations) {
        const headers = authorization === undefined ? {} : { authorization };
        const answer = await world.ask(pathOf(template), { method, headers });
        expect(answer, `${method} ${template} ${authorization}`).toMatchObject({
          ...{ status: 401, body: { code: 'AUTH_INVALID' }, headers: { 'www-authenticate': 'Bearer' } },
        });
      }
    }
  });

  it('refuses the methods it does not have with 405, and names all it has in Allow', async () => {
    for (const template of new Set(served.operations.map((operation) => operation.template))) {
      const known = methodsAt(pathOf(template));
      for (const method of METHODS.filter((name) => !known.includes(name))) {
        const answer = await world.ask(pathOf(template), { method });
        expect(answer, `${method} ${template}`).toMatchObject({
          status: 405,
          body: { code: 'METHOD_NOT_ALLOWED' },
        });
        const allowed = String(answer.headers.allow).split(', ');
        expect(allowed.toSorted()).toEqual([...known, ...(known.includes('GET') ? ['HEAD'] : [])].toSorted());
      }
    }
  });
});

describe('what was taken away', () => {
  it('is not there any more: a key, an endpoint, a job that was canceled', async () => {
    const made = await world.post('/v1/keys', { label: 'short-lived' });
    const short = { headers: { authorization: `Bearer ${made.body.key}` } };
    expect((await world.ask('/v1/usage', short)).status).toBe(200);
    await world.ask(`/v1/keys/${made.body.info.id}`, { method: 'DELETE', headers: owner() });
    await expect.poll(async () => (await world.ask('/v1/usage', short)).status, { timeout: 5_000 }).toBe(401);

    await world.ask('/v1/webhooks/secrets', { method: 'POST', headers: owner() });
    const endpoint = await world.post('/v1/webhooks/endpoints', { url: 'https://93.184.216.34/x' });
    expect(endpoint.status).toBe(201);
    const path = `/v1/webhooks/endpoints/${endpoint.body.id}`;
    expect((await world.ask(path, { method: 'DELETE', headers: owner() })).status).toBeLessThan(300);
    expect((await world.ask(path, { method: 'DELETE', headers: owner() })).status).toBe(404);

    const { body } = await world.post('/v1/search?mode=async', { query: 'q', surfaces: ['chatgpt'] });
    await world.post(`/v1/jobs/${body.jobId}/cancel`, {});
    const again = await world.post(`/v1/jobs/${body.jobId}/cancel`, {});
    expect(again).toMatchObject({ status: 409, body: { code: 'JOB_NOT_CANCELABLE' } });
  });
});

/** Methods of all templates that a path fits: `/deliveries/replay` is also a `/deliveries/{id}`. */
function methodsAt(path: string): string[] {
  const fits = (template: string): boolean =>
    new RegExp(`^${template.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`).test(path);
  const templates = new Set(served.operations.map((operation) => operation.template).filter(fits));
  return [...new Set([...templates].flatMap((template) => served.methodsOf(template)))];
}

function owner(): Record<string, string> {
  return { authorization: `Bearer ${world.key}` };
}
