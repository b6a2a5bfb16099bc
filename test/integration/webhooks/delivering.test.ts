import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_ACCOUNT } from '../../../src/jobs/account.ts';
import { expireOverdue } from '../../../src/jobs/expiry.ts';
import { settle } from '../../../src/jobs/settle.ts';
import { submit } from '../../../src/jobs/submit.ts';
import { createEndpoint, deleteEndpoint, listEndpoints } from '../../../src/webhooks/endpoints.ts';
import { replayDead, replayDelivery } from '../../../src/webhooks/replay.ts';
import { activeSecrets, createSecret, revokeSecret, rotateSecret } from '../../../src/webhooks/secrets.ts';
import { breakingAt, claimed, context, envelopeFor, finishNext, request } from '../jobs/jobs-world.ts';
import { acknowledge, answering, type Receiver, startReceiver, verifies } from './receiver.ts';
import { cipher, openWebhookWorld, SECRET, type WebhookWorld, webhookOf } from './webhook-world.ts';

let receiver: Receiver;
let world: WebhookWorld;
beforeAll(async () => {
  receiver = await startReceiver();
  world = await openWebhookWorld([receiver.hostPort]);
});
afterAll(async () => {
  await world?.close();
  await receiver?.close();
});
beforeEach(() => {
  receiver.received.length = 0;
  receiver.behave(acknowledge);
});

describe('a child that ends', () => {
  it('is told to its webhook once, signed, with the Envelope as its child reads', async () => {
    const { jobId, childId } = await world.endOne({ url: `${receiver.url}/hook?x=1` });
    expect(await world.deliverDue()).toBe(1);
    expect(await world.deliverDue()).toBe(0);
    const [received] = receiver.received;
    expect(received?.path).toBe('/hook?x=1');
    const event = new Webhook(SECRET).verify(
      received?.body ?? '',
      received?.headers as Record<string, string>,
    );
    expect(event).toMatchObject({
      id: expect.stringMatching(/^evt_[a-z0-9]{26}$/),
      type: 'job.completed',
      job: { id: childId, surface: 'chatgpt', status: 'completed' },
      result: { job: { id: childId }, answer: { text: 'an answer' } },
    });
    expect(received?.headers).toMatchObject({
      'content-type': 'application/json',
      'x-aisearch-version': '2026-06-27',
      'x-aisearch-signature': expect.stringMatching(/^[0-9a-f]{64}$/),
      'x-request-id': 'req_test',
      'user-agent': expect.stringContaining('CaptureFleet'),
    });
    const [delivery] = await world.deliveries(jobId);
    expect(delivery).toMatchObject({
      ...{ jobId, childId, endpointId: null, state: 'delivered', requestId: 'req_test' },
      attempts: [{ number: 1, status: 204, result: 'acknowledged' }],
    });
  });

  it('speaks the older dialect where that was asked for', async () => {
    const { jobId } = await world.endOne({ url: receiver.url, apiVersion: '2026-06-01' });
    await world.deliverDue();
    const body = JSON.parse(receiver.received[0]?.body ?? '');
    expect(body.job.id).toBe(`${jobId}.chatgpt.GLOBAL`);
    expect(body.result.job.id).toBe(body.job.id);
    expect(receiver.received[0]?.headers['x-aisearch-version']).toBe('2026-06-01');
  });

  it('has exactly one event, whatever end it came to', async () => {
    const failed = await world.endOne({ url: receiver.url }, 'challenge');
    const expired = await submit(
      ...([world.db, world.queue, request({ surfaces: ['claude'] })] as const),
      context({ ttlMs: 0, webhook: webhookOf({ url: receiver.url }) }),
    );
    await expireOverdue(world.db, world.queue, Date.now() + 1);
    await world.deliverDue();
    const types = receiver.received.map((received) => JSON.parse(received.body).type).sort();
    expect(types).toEqual(['job.expired', 'job.failed']);
    const { rows } = await world.db.query(
      'SELECT job_id, count(*)::integer AS count FROM fleet.event WHERE job_id = ANY ($1) GROUP BY job_id',
      [[failed.jobId, expired.jobId]],
    );
    expect(rows).toEqual(expect.arrayContaining([expect.objectContaining({ count: 1 })]));
    expect(rows).toHaveLength(2);
  });

  it('has its event if and only if its end was committed', async () => {
    const { children } = await submit(
      world.db,
      world.queue,
      request(),
      context({ webhook: webhookOf({ url: receiver.url }) }),
    );
    const child = await claimed(world);
    const envelope = await envelopeFor(world.db, child.id, 'answered');
    const count = async (): Promise<unknown> =>
      (await world.db.query('SELECT 1 FROM fleet.event WHERE child_id = $1', [children[0]])).rowCount;
    for (let at = 0; ; at++) {
      const end = await settle(breakingAt(world.db, at), world.queue, child, envelope).then(
        () => 'settled',
        () => 'broken',
      );
      expect(await count()).toBe(end === 'settled' ? 1 : 0);
      if (end === 'settled') break;
    }
    await world.deliverDue();
  });

  it('is told once for the whole job where that was asked for, when the last child has ended', async () => {
    const asked = request({ surfaces: ['chatgpt', 'gemini'] });
    const webhook = webhookOf({ url: receiver.url, per: 'job' });
    const { jobId } = await submit(world.db, world.queue, asked, context({ webhook }));
    await finishNext(world, { surface: 'chatgpt' });
    expect(await world.deliverDue()).toBe(0);
    await finishNext(world, { surface: 'gemini', outcome: 'challenge' });
    expect(await world.deliverDue()).toBe(1);
    expect(JSON.parse(receiver.received[0]?.body ?? '')).toMatchObject({
      type: 'job.partial',
      job: { id: jobId, status: 'partial' },
      result: { children: [{ status: 'completed' }, { status: 'failed' }] },
    });
    expect(await world.deliverDue()).toBe(0);
  });
});

describe('endpoints of an account', () => {
  const endpoint = (path: string, events: ('job.failed' | 'job.completed')[] | null = null) =>
    createEndpoint(world.db, {
      ...{ accountId: DEFAULT_ACCOUNT, url: `${receiver.url}${path}`, events, apiVersion: '2026-06-27' },
      now: world.clock.now(),
    });

  it('each get what they asked for, beside the webhook of the request, signed with the account’s secret', async () => {
    const secret = await createSecret(world.db, cipher, DEFAULT_ACCOUNT, world.clock.now());
    await endpoint('/all');
    await endpoint('/failures', ['job.failed']);
    await world.endOne({ url: `${receiver.url}/own` });
    await world.deliverDue();
    expect(receiver.received.map((received) => received.path).sort()).toEqual(['/all', '/own']);
    const all = receiver.received.find((received) => received.path === '/all');
    expect(
      new Webhook(secret?.secret ?? '').verify(all?.body ?? '', all?.headers as Record<string, string>),
    ).toBeTruthy();
    const ids = new Set(receiver.received.map((received) => received.headers['webhook-id']));
    expect(ids.size).toBe(1);
  });

  it('that answer 410 are disabled, their deliveries dead at once', async () => {
    receiver.behave(
      (received, response) => void response.writeHead(received.path === '/all' ? 410 : 204).end(),
    );
    const { jobId } = await world.endOne();
    await world.deliverDue();
    expect(await world.deliveries(jobId)).toMatchObject([
      { state: 'dead', attempts: [{ result: 'gone', status: 410 }] },
    ]);
    const [all, failures] = await listEndpoints(world.db, DEFAULT_ACCOUNT);
    expect(all?.disabledAt).toBeInstanceOf(Date);
    expect(failures?.disabledAt).toBeNull();
    const [delivery] = await world.deliveries(jobId);
    expect(await replayDelivery(world.db, DEFAULT_ACCOUNT, delivery?.id ?? '', world.clock.now())).toBe(
      'receiver_gone',
    );
  });

  it('that are deleted get nothing more', async () => {
    receiver.behave(answering(500));
    await endpoint('/third');
    const { jobId } = await world.endOne();
    await world.deliverDue();
    for (const { id } of await listEndpoints(world.db, DEFAULT_ACCOUNT))
      await deleteEndpoint(world.db, DEFAULT_ACCOUNT, id, world.clock.now());
    expect((await world.deliveries(jobId)).map((delivery) => delivery.state)).toEqual(['dead']);
    receiver.received.length = 0;
    world.clock.advance(3_600_000);
    await world.deliverDue();
    expect(receiver.received).toEqual([]);
  });
});

describe('rotation of a secret while deliveries are under way', () => {
  it('leaves no delivery that neither the old nor the new secret verifies, and after a revocation the old verifies none', async () => {
    for (const { id } of await secretRows())
      await revokeSecret(world.db, DEFAULT_ACCOUNT, id, world.clock.now());
    const now = (): number => world.clock.now();
    const old = await createSecret(world.db, cipher, DEFAULT_ACCOUNT, now());
    let rotated: Promise<unknown> | undefined;
    let fresh = '';
    receiver.behave((received, response) => {
      if (receiver.received.length === 10) {
        rotated = rotateSecret(world.db, cipher, DEFAULT_ACCOUNT, old?.info.id ?? '', now()).then((made) => {
          fresh = made?.secret ?? '';
        });
      }
      acknowledge(received, response);
    });
    for (let index = 0; index < 30; index++) await world.endOne({ url: receiver.url, sealedSecret: null });
    await world.deliverDue();
    await rotated;
    for (let index = 0; index < 5; index++) await world.endOne({ url: receiver.url, sealedSecret: null });
    await world.deliverDue();
    const verified = (secret: string): number =>
      receiver.received.filter((received) => verifies(secret, received)).length;
    const counted = {
      deliveries: 35,
      verifiedByOld: verified(old?.secret ?? ''),
      verifiedByNew: verified(fresh),
    };
    expect(receiver.received).toHaveLength(35);
    expect(verified(old?.secret ?? '')).toBe(35);
    expect(verified(fresh)).toBeGreaterThanOrEqual(5);

    receiver.received.length = 0;
    world.clock.advance(24 * 3_600_000 - 60_000);
    expect(await activeSecrets(world.db, cipher, DEFAULT_ACCOUNT, now())).toHaveLength(2);
    await revokeSecret(world.db, DEFAULT_ACCOUNT, old?.info.id ?? '', now());
    expect(await activeSecrets(world.db, cipher, DEFAULT_ACCOUNT, now())).toEqual([fresh]);
    process.stdout.write(`situation 12: ${JSON.stringify(counted)}\n`);
  });

  it('a rotated secret stops by itself after 24 h', async () => {
    const [current] = await secretRows();
    await rotateSecret(world.db, cipher, DEFAULT_ACCOUNT, current?.id ?? '', world.clock.now());
    expect(await activeSecrets(world.db, cipher, DEFAULT_ACCOUNT, world.clock.now())).toHaveLength(2);
    world.clock.advance(24 * 3_600_000);
    expect(await activeSecrets(world.db, cipher, DEFAULT_ACCOUNT, world.clock.now())).toHaveLength(1);
  });

  it('secrets lie encrypted in the database', async () => {
    const [secret = ''] = await activeSecrets(world.db, cipher, DEFAULT_ACCOUNT, world.clock.now());
    const { rows } = await world.db.query('SELECT sealed FROM fleet.webhook_secret');
    for (const { sealed } of rows as { sealed: Buffer }[]) {
      expect(sealed.includes(secret) || sealed.includes(Buffer.from(secret.slice(6), 'base64'))).toBe(false);
    }
  });

  async function secretRows(): Promise<{ id: string }[]> {
    const { rows } = await world.db.query(
      'SELECT id FROM fleet.webhook_secret WHERE expires_at IS NULL AND revoked_at IS NULL',
    );
    return rows as { id: string }[];
  }
});

describe('replay', () => {
  it('sends the same event again with a new timestamp, and refuses while an attempt is under way', async () => {
    const { jobId } = await world.endOne({ url: receiver.url });
    await world.deliverDue();
    const [delivery] = await world.deliveries(jobId);
    world.clock.advance(60_000);
    expect(await replayDelivery(world.db, DEFAULT_ACCOUNT, delivery?.id ?? '', world.clock.now())).toBe(
      'replayed',
    );
    expect(await replayDelivery(world.db, 'acct_other', delivery?.id ?? '', world.clock.now())).toBe(
      'unknown',
    );
    let during: Promise<string> | undefined;
    receiver.behave((received, response) => {
      during = replayDelivery(world.db, DEFAULT_ACCOUNT, delivery?.id ?? '', world.clock.now());
      void during.then(() => acknowledge(received, response));
    });
    await world.deliverDue();
    expect(await during).toBe('in_flight');
    const [first, second] = receiver.received;
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(second?.body).toBe(first?.body);
    expect(second?.headers['webhook-timestamp']).not.toBe(first?.headers['webhook-timestamp']);
    expect((await world.deliveries(jobId))[0]?.attempts.map((attempt) => attempt.number)).toEqual([1, 2]);
  });

  it('in bulk begins anew what died since a time, and only that', async () => {
    receiver.behave(answering(410));
    const before = await world.endOne({ url: receiver.url });
    await world.deliverDue();
    await new Promise((done) => setTimeout(done, 20));
    const since = new Date();
    const after = [await world.endOne({ url: receiver.url }), await world.endOne({ url: receiver.url })];
    await world.deliverDue();
    receiver.behave(acknowledge);
    expect(await replayDead(world.db, 'acct_other', since, world.clock.now())).toBe(0);
    expect(await replayDead(world.db, DEFAULT_ACCOUNT, since, world.clock.now())).toBe(2);
    expect(await world.deliverDue()).toBe(2);
    expect((await world.deliveries(before.jobId))[0]?.state).toBe('dead');
    for (const { jobId } of after) expect((await world.deliveries(jobId))[0]?.state).toBe('delivered');
  });
});
