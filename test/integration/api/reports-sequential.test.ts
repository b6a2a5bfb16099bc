import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SurfaceName } from '../../../src/contract/surface-name.ts';
import { currentPrices } from '../../../src/jobs/price-table.ts';
import { openAccount } from '../jobs/jobs-world.ts';
import { type ApiWorld, openApiWorld } from './api-world.ts';
import { type FrontClient, frontClient } from './front-client.ts';
import { BRAND, ended, endNext } from './reports-world.ts';

const PROMPTS = ['best crm?', 'cheapest crm?'];
let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
});
afterAll(() => world.close());

let accounts = 0;

async function clientWith(credits: number): Promise<FrontClient> {
  const accountId = `acct_looks_${++accounts}`;
  await openAccount(world.db, accountId, credits);
  return frontClient(world, 'rankprompt', { accountId });
}

/** Starts a report of two prompts that adds replicates as told. */
async function begun(client: FrontClient, replicates: object, platforms: string[]): Promise<string> {
  const brand = await client.ask('POST', '/v1/brands', BRAND);
  await client.ask('PATCH', `/v1/brands/${brand.body.id}/facts`, { description: 'Makes a CRM.' });
  const asked = { brand_id: brand.body.id, ai_platforms: platforms, replicates };
  const { body } = await client.ask('POST', '/v1/reports', asked);
  await client.ask('POST', `/v1/reports/${body.id}/prompts`, {
    prompts: PROMPTS.map((prompt_text) => ({ prompt_text })),
  });
  expect((await client.ask('POST', `/v1/reports/${body.id}/runs`, {})).status).toBe(202);
  return body.id;
}

async function answers(surface: SurfaceName, texts: readonly string[]): Promise<void> {
  for (const text of texts) await endNext(world, surface, { text, accountId: `acct_looks_${accounts}` });
}

/** Waits until the clerk has asked for captures anew. */
async function waiting(count: number): Promise<void> {
  const queued = async () =>
    (await world.db.query(`SELECT 1 FROM fleet.child WHERE status = 'queued'`)).rowCount;
  await expect.poll(queued, { timeout: 20_000 }).toBe(count);
}

const mixed = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => (index % 2 === 0 ? 'Hubfield.' : 'Pipewise.'));
const same = (count: number): string[] => Array(count).fill('Pipewise.');

describe('a report that adds replicates until it is exact enough', () => {
  it('looks at 3 and 5, adds only where it is not, says what it saw, and stops at the most allowed', async () => {
    const client = await clientWith(1_000);
    const until = { metric: 'presence', halfWidth: 0.3 };
    const reportId = await begun(client, { max: 5, until }, ['chatgpt', 'perplexity']);
    await waiting(12);
    // Six equal answers are exact enough; six that differ are not.
    await answers('perplexity', same(6));
    await answers('chatgpt', mixed(6));
    await waiting(4);
    expect((await client.ask('GET', `/v1/reports/${reportId}`)).body).toMatchObject({
      ...{ status: 'processing', visibility_score: null, looks: { stopped: null } },
    });
    await answers('chatgpt', mixed(4));
    const report = await ended(client, reportId);
    expect(report).toMatchObject({
      ...{ status: 'completed', replicates: 3 },
      replicates_until: { min: 3, max: 5, until },
      looks: {
        stopped: 'most_replicates',
        taken: [
          {
            replicates: 3,
            surfaces: [
              { surface: 'chatgpt', k: 3, n: 6, reached: false },
              { surface: 'perplexity', k: 0, n: 6, reached: true },
            ],
          },
          { replicates: 5, surfaces: [{ surface: 'chatgpt', k: 5, n: 10, reached: false }] },
        ],
      },
    });
    expect(report.metrics.asked).toBe(16);
    const page = await fetch(`${world.url}/compat/rankprompt/v1/reports/${reportId}/report.html`, {
      headers: { authorization: `Bearer ${client.key}` },
    });
    expect(await page.text()).toContain('the most replicates allowed were made');
  });

  it('stops at once where the first look is exact enough', async () => {
    const client = await clientWith(1_000);
    const until = { metric: 'presence', halfWidth: 0.5 };
    const reportId = await begun(client, { until }, ['chatgpt']);
    await waiting(6);
    await answers('chatgpt', mixed(6));
    const report = await ended(client, reportId);
    expect(report).toMatchObject({ looks: { stopped: 'reached' }, metrics: { asked: 6 } });
  });

  it('ends with what it has when there are no credits for more, and nothing of the next look is charged', async () => {
    const price = currentPrices().prices.chatgpt;
    const client = await clientWith(price * 7);
    const reportId = await begun(client, { until: { metric: 'presence', halfWidth: 0.05 } }, ['chatgpt']);
    await waiting(6);
    await answers('chatgpt', mixed(6));
    const report = await ended(client, reportId);
    expect(report).toMatchObject({
      ...{ status: 'completed', looks: { stopped: 'insufficient_credits' } },
      metrics: { asked: 6 },
    });
    const { rows } = await world.db.query(
      'SELECT posted, reserved FROM fleet.account_balance WHERE account_id = $1',
      [`acct_looks_${accounts}`],
    );
    expect(rows).toEqual([{ posted: price, reserved: 0 }]);
  });

  it('refuses what it cannot do, naming the place', async () => {
    const client = await clientWith(10);
    const brand = await client.ask('POST', '/v1/brands', BRAND);
    const until = { metric: 'presence', halfWidth: 0.05 };
    const placeOf = async (replicates: unknown) => {
      const { status, body } = await client.ask('POST', '/v1/reports', {
        brand_id: brand.body.id,
        replicates,
      });
      return [status, body.error.details?.errors?.[0]?.loc?.join('.')];
    };
    expect(await placeOf({ max: 21, until })).toEqual([400, 'body.replicates.max']);
    expect(await placeOf({ max: 5, min: 8, until })).toEqual([400, 'body.replicates.min']);
    expect(await placeOf({ until: { ...until, halfWidth: 0 } })).toEqual([
      400,
      'body.replicates.until.halfWidth',
    ]);
    expect((await placeOf({ until: { metric: 'sentiment', halfWidth: 0.1 } }))[0]).toBe(422);
    expect(await placeOf(11)).toEqual([400, 'body.replicates']);
  });
});
