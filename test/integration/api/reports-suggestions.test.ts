import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAccount } from '../jobs/jobs-world.ts';
import { type ApiWorld, openApiWorld } from './api-world.ts';
import { type FrontClient, frontClient } from './front-client.ts';
import { draft, ended, endNext } from './reports-world.ts';

let world: ApiWorld;
let client: FrontClient;
beforeAll(async () => {
  world = await openApiWorld();
  client = await frontClient(world, 'rankprompt');
});
afterAll(() => world.close());

const ANSWER = `**Zoho CRM**: cheap
**Ease of use**: high
[HF Suite](https://hubfield.example.com/) is popular, as is [Learn more](https://hubfield.example.com/).
- **Pipewise**: also there`;

/** A report whose three captures show two names that no brand has: one leads to the site of the own brand. */
async function measured() {
  const { reportId, brandId } = await draft(client, { replicates: 3 });
  await client.ask('POST', `/v1/reports/${reportId}/runs`, {});
  for (let capture = 1; capture <= 3; capture++) {
    await endNext(world, 'chatgpt', { text: ANSWER, cites: ['https://www.zoho.com/crm'] });
  }
  await ended(client, reportId);
  return { reportId, brandId, path: `/v1/brands/${brandId}/alias-suggestions` };
}

const accept = (path: string, body: object, headers = {}) =>
  client.ask('POST', `${path}/acceptances`, body, headers);
const names = async (path: string): Promise<string[]> =>
  (await client.ask('GET', path)).body.data.map(({ business_name: name }: { business_name: string }) => name);

describe('given a measured report, the names its captures offer beside the brands', () => {
  it('are listed with where they were seen, and in no figure', async () => {
    const { reportId, path } = await measured();
    const seen = { captures: 3, prompts: 1, surfaces: 1, report_id: reportId, object: 'alias_suggestion' };
    expect((await client.ask('GET', path)).body).toEqual({
      ...{ object: 'list', has_more: false, next_cursor: null },
      data: [
        {
          ...{ ...seen, business_name: 'HF Suite', kind: 'alias', alias_of: 'Hubfield' },
          ...{ domain: 'example.com', seen_as: ['link'] },
        },
        {
          ...{ ...seen, business_name: 'Zoho CRM', kind: 'competitor', alias_of: null },
          ...{ domain: null, seen_as: ['bold'] },
        },
      ],
    });
    const { body } = await client.ask('GET', `/v1/reports/${reportId}`);
    expect(body).toMatchObject({ ranked_prompts: 0, visibility_score: 0 });
    expect(body.metrics.brands.map(({ name }: { name: string }) => name)).toEqual(['Hubfield', 'Pipewise']);
  });

  it('count once they are accepted: an alias of the brand it leads to, a competitor of nobody’s; without a capture', async () => {
    const { reportId, brandId, path } = await measured();
    const accepted = await accept(path, { business_name: 'hf suite' });
    expect(accepted).toMatchObject({
      status: 200,
      body: { id: brandId, brand_aliases: ['Hub Field', 'HF Suite'] },
    });
    expect((await accept(path, { business_name: 'Zoho CRM' })).body.competitors).toMatchObject([
      { name: 'Pipewise' },
      { name: 'Zoho CRM', website: null, aliases: [] },
    ]);
    expect(await names(path)).toEqual([]);
    const again = await client.ask('POST', `/v1/reports/${reportId}/recompute`);
    expect(again.body).toMatchObject({ ranked_prompts: 1, visibility_score: 100 });
    expect(again.body.metrics.brands).toHaveLength(3);
    expect(await names(path)).toEqual([]);
  });

  it('may be taken as what they are not suggested as, once per Idempotency-Key', async () => {
    const { path } = await measured();
    const key = { 'idempotency-key': crypto.randomUUID() };
    const asked = { business_name: 'Zoho CRM', as: 'alias' };
    const first = await accept(path, asked, key);
    expect(first.body.brand_aliases).toEqual(['Hub Field', 'Zoho CRM']);
    const second = await accept(path, asked, key);
    expect(second).toMatchObject({ status: 200, body: first.body });
    expect(second.headers.get('idempotent-replayed')).toBe('true');
  });

  it('are not listed again once dismissed, however they are spelled', async () => {
    const { reportId, path } = await measured();
    expect(await client.ask('DELETE', `${path}/${encodeURIComponent('zoho crm')}`)).toMatchObject({
      status: 200,
      body: { id: 'Zoho CRM', deleted: true, object: 'alias_suggestion' },
    });
    expect(await names(path)).toEqual(['HF Suite']);
    await client.ask('POST', `/v1/reports/${reportId}/recompute`);
    expect(await names(path)).toEqual(['HF Suite']);
    expect((await accept(path, { business_name: 'Zoho CRM' })).status).toBe(404);
  });

  it('are nothing that nobody suggested, and nobody else’s', async () => {
    const { path } = await measured();
    expect((await accept(path, { business_name: 'Pipewise' })).body.error.code).toBe('not_found');
    expect((await client.ask('DELETE', `${path}/Nobody`)).status).toBe(404);
    expect((await accept(path, { business_name: 'Zoho CRM', as: 'friend' })).status).toBe(422);
    await openAccount(world.db, 'acct_other_suggestions', 10);
    const other = await frontClient(world, 'rankprompt', { accountId: 'acct_other_suggestions' });
    for (const [method, at, body] of [
      ['GET', path, undefined],
      ['DELETE', `${path}/Zoho%20CRM`, undefined],
      ['POST', `${path}/acceptances`, { business_name: 'Zoho CRM' }],
    ] as const) {
      expect((await other.ask(method, at, body)).body.error, method).toEqual({
        ...{ code: 'not_found', message: expect.any(String) },
      });
    }
    const { brandId: fresh } = await draft(client);
    expect(await names(`/v1/brands/${fresh}/alias-suggestions`)).toEqual([]);
  });
});
