import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAccount } from '../../../src/jobs/accounts.ts';
import { createKey } from '../../../src/jobs/api-keys.ts';
import { settle } from '../../../src/jobs/settle.ts';
import { expandEvents } from '../../../src/webhooks/expand.ts';
import { testLog } from '../database.ts';
import { claimed, envelopeFor } from '../jobs/jobs-world.ts';
import { type Answer, type ApiWorld, openApiWorld } from './api-world.ts';

const NEVER_A_JOB = 'job_aaaaaaaaaaaaaaaaaaaaaaaaaa';
const NEVER_A_DELIVERY = `dlv_${'a'.repeat(26)}`;
const ROUNDS = 300;
const WEBHOOK = { url: 'https://93.184.216.34/hook', secret: 'a secret of sixteen' };

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld({ config: { rateLimit: 1_000_000, webhookKey: 'a key of the tests' } });
});
afterAll(() => world.close());

type AskAs = (method: string, path: string, body?: unknown) => Promise<Answer>;

/** A new account's requests. */
async function tenant(): Promise<{ accountId: string; ask: AskAs }> {
  const accountId = `acct_${crypto.randomUUID().slice(0, 8)}`;
  await createAccount(world.db, { id: accountId, name: accountId, startCredits: 100, now: Date.now() });
  const { key } = await createKey(world.db, { label: 'test', accountId }, Date.now());
  const headers = { authorization: `Bearer ${key}` };
  const ask: AskAs = (method, path, body) =>
    world.ask(path, { method, headers, ...(body === undefined ? {} : { body }) });
  return { accountId, ask };
}

/** Everything an account can own that has an id or a place in a list. */
async function owner() {
  const { accountId, ask } = await tenant();
  const secret = await ask('POST', '/v1/webhooks/secrets');
  const endpoint = await ask('POST', '/v1/webhooks/endpoints', { url: WEBHOOK.url });
  const key = await ask('POST', '/v1/keys', { label: 'mine' });
  const search = { query: 'q', surfaces: ['chatgpt', 'gemini'], webhook: WEBHOOK };
  const { body } = await ask('POST', '/v1/search?mode=async', search);
  for (const surface of ['chatgpt', 'gemini'] as const) {
    const child = await claimed(world, { surface });
    const envelope = await envelopeFor(world.db, child.id, 'answered', 'an answer', accountId);
    await settle(world.db, world.queue, child, envelope);
  }
  await expandEvents({ db: world.db, log: testLog }, Date.now());
  await ask('POST', '/v1/search?mode=async', { query: 'q2', surfaces: ['perplexity'] });
  const deliveries = (await ask('GET', '/v1/webhooks/deliveries?limit=1')).body;
  const jobs = (await ask('GET', '/v1/jobs?limit=1')).body;
  return {
    ask,
    ...{
      jobId: String(body.jobId),
      child: String(body.children[0]),
      delivery: String(deliveries.data[0].id),
    },
    ...{
      secret: String(secret.body.info.id),
      endpoint: String(endpoint.body.id),
      key: String(key.body.info.id),
    },
    cursors: { jobs: String(jobs.nextCursor), deliveries: String(deliveries.nextCursor) },
  };
}

/** Its bytes without the request's id, and with `id` hidden. */
function bytesOf(answer: Answer, id: string): string {
  return `${answer.status} ${answer.text.replaceAll(answer.body.request_id, 'REQ').replaceAll(id, 'ID')}`;
}

describe('given an account that owns something of everything, and another that knows every id of it (situation 18)', () => {
  it('every route answers byte for byte as for what does not exist, and no cursor opens', async () => {
    const mine = await owner();
    const { ask } = await tenant();
    const short = (id: string): string => id.replace('.own-fleet', '');
    const none = crypto.randomUUID();
    const attempts: [string, (id: string) => string, string, string][] = [
      ...[mine.jobId, mine.child, short(mine.child), mine.child.replace('GLOBAL', 'global')].flatMap(
        (id): [string, (id: string) => string, string, string][] => {
          const absent = id.replace(mine.jobId, NEVER_A_JOB);
          return [
            ['GET', (at) => `/v1/jobs/${at}`, id, absent],
            ['GET', (at) => `/v1/jobs/${at}/proof`, id, absent],
            ['GET', (at) => `/v1/jobs/${at}/artifacts/proof`, id, absent],
            ['GET', (at) => `/v1/jobs/${at}/artifacts/raw?presign=1`, id, absent],
            ['POST', (at) => `/v1/jobs/${at}/cancel`, id, absent],
          ];
        },
      ),
      ['GET', (at) => `/v1/webhooks/deliveries/${at}`, mine.delivery, NEVER_A_DELIVERY],
      ['POST', (at) => `/v1/webhooks/deliveries/${at}/replay`, mine.delivery, NEVER_A_DELIVERY],
      ['POST', (at) => `/v1/webhooks/secrets/${at}/rotate`, mine.secret, none],
      ['DELETE', (at) => `/v1/webhooks/secrets/${at}`, mine.secret, none],
      ['DELETE', (at) => `/v1/webhooks/endpoints/${at}`, mine.endpoint, none],
      ['DELETE', (at) => `/v1/keys/${at}`, mine.key, none],
    ];
    let refused = 0;
    for (const [method, path, id, absent] of attempts) {
      const foreign = await ask(method, path(id));
      expect(foreign.status, `${method} ${path(id)}`).toBe(404);
      expect(bytesOf(foreign, id)).toBe(bytesOf(await ask(method, path(absent)), absent));
      refused += 1;
    }
    for (const [list, cursor] of Object.entries(mine.cursors)) {
      expect(cursor.length).toBeGreaterThan(20);
      const path = list === 'jobs' ? '/v1/jobs' : '/v1/webhooks/deliveries';
      expect((await mine.ask('GET', `${path}?limit=1&cursor=${cursor}`)).status).toBe(200);
      expect(await ask('GET', `${path}?limit=1&cursor=${cursor}`)).toMatchObject({
        status: 400,
        body: { error: 'cursor is not valid' },
      });
    }
    expect((await ask('GET', `/v1/webhooks/deliveries?jobId=${mine.jobId}`)).body.data).toEqual([]);
    say(18, { foreignIdsRefused: refused, foreignCursorsRefused: Object.keys(mine.cursors).length });
    expect((await mine.ask('GET', `/v1/jobs/${mine.child}`)).status).toBe(200);
  });

  it('and takes no other time for it (P15): the medians of interleaved requests lie together', async () => {
    const mine = await owner();
    const { ask } = await tenant();
    const child = mine.child.replace(mine.jobId, NEVER_A_JOB);
    const times: { foreign: number[]; absent: number[] } = { foreign: [], absent: [] };
    for (let round = 0; round < ROUNDS; round++) {
      for (const [kind, id] of [['foreign', mine.child] as const, ['absent', child] as const]) {
        const begin = performance.now();
        await ask('GET', `/v1/jobs/${id}`);
        times[kind].push(performance.now() - begin);
      }
    }
    const [foreign, absent] = [median(times.foreign), median(times.absent)];
    say(18, { foreignMedianMs: foreign, absentMedianMs: absent });
    // A ratio within one run: absolute times are the machine's. Twice as long would be a look into another's rows.
    expect(Math.max(foreign, absent) / Math.min(foreign, absent)).toBeLessThan(2);
  });
});

function median(values: readonly number[]): number {
  return Number((values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN).toFixed(3));
}

function say(situation: number, what: unknown): void {
  process.stdout.write(`situation ${situation}: ${JSON.stringify(what)}\n`);
}
