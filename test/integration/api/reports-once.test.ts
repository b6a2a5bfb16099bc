import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiWorld, openApiWorld } from './api-world.ts';
import { type FrontClient, frontClient } from './front-client.ts';
import { BRAND, draft } from './reports-world.ts';

let world: ApiWorld;
let client: FrontClient;
beforeAll(async () => {
  world = await openApiWorld();
  client = await frontClient(world, 'rankprompt');
});
afterAll(() => world.close());

describe('Idempotency-Key', () => {
  it('the same key and body give the first answer again, another body 409', async () => {
    const key = { 'idempotency-key': 'brand' };
    const [one, two] = [
      await client.ask('POST', '/v1/brands', BRAND, key),
      await client.ask('POST', '/v1/brands', BRAND, key),
    ];
    expect([one.status, two.status]).toEqual([201, 201]);
    expect(two.body).toEqual(one.body);
    expect(one.headers.get('idempotent-replayed')).toBeNull();
    expect(two.headers.get('idempotent-replayed')).toBe('true');
    const other = await client.ask('POST', '/v1/brands', { ...BRAND, name: 'Other' }, key);
    expect(other).toMatchObject({ status: 409, body: { error: { code: 'conflict' } } });
  });

  it('a run sent twice at once is one run, told twice', async () => {
    const { reportId } = await draft(client);
    const path = `/v1/reports/${reportId}/runs`;
    const key = { 'idempotency-key': 'run' };
    const answers = await Promise.all([
      client.ask('POST', path, {}, key),
      client.ask('POST', path, {}, key),
      client.ask('POST', path, {}, key),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(new Set(answers.map(({ body }) => body.job_id)).size).toBe(1);
    const { rows } = await world.db.query('SELECT id FROM fleet.report_run WHERE report_id = $1', [reportId]);
    expect(rows).toHaveLength(1);
  });

  it('prompts sent twice are added once; what was refused leaves the key free', async () => {
    const { reportId } = await draft(client, { prompts: [] });
    const path = `/v1/reports/${reportId}/prompts`;
    const key = { 'idempotency-key': 'prompts' };
    expect((await client.ask('POST', path, { prompts: [{ prompt_text: '' }] }, key)).status).toBe(400);
    const body = { prompts: [{ prompt_text: 'best crm?' }] };
    const [one, two] = [await client.ask('POST', path, body, key), await client.ask('POST', path, body, key)];
    expect(two.body).toEqual(one.body);
    expect((await client.ask('GET', path)).body.data).toHaveLength(1);
  });

  it('of 161 characters: 400', async () => {
    const answer = await client.ask('POST', '/v1/brands', BRAND, { 'idempotency-key': 'k'.repeat(161) });
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'validation_error' } } });
  });
});
