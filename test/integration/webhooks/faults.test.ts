import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { generate } from 'selfsigned';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_ACCOUNT } from '../../../src/jobs/account.ts';
import { AddressGuard } from '../../../src/platform/address-guard.ts';
import { post } from '../../../src/webhooks/post.ts';
import { replayDead } from '../../../src/webhooks/replay.ts';
import { HORIZON_MS } from '../../../src/webhooks/schedule.ts';
import { sweepDeliveries } from '../../../src/webhooks/sweep.ts';
import {
  acknowledge,
  answering,
  type Behaviour,
  type Receiver,
  startReceiver,
  verifies,
} from './receiver.ts';
import { endMany, openWebhookWorld, SECRET, type WebhookWorld } from './webhook-world.ts';

const TOTAL_MS = 1_500;
const HOUR = 3_600_000;

let faulty: Receiver;
let sound: Receiver;
let world: WebhookWorld;
beforeAll(async () => {
  faulty = await startReceiver();
  sound = await startReceiver();
  world = await openWebhookWorld([faulty.hostPort, sound.hostPort, 'localhost:1'], {
    limits: { connectMs: 1_000, totalMs: TOTAL_MS },
  });
});
afterAll(async () => {
  await world?.close();
  await faulty?.close();
  await sound?.close();
});
afterEach(async () => {
  await world.db.query('DELETE FROM fleet.event');
  await world.db.query('DELETE FROM fleet.webhook_target');
  for (const receiver of [faulty, sound]) receiver.received.length = 0;
});

/** 1 GB, as fast as it is taken. */
const flood: Behaviour = (_received, response) => {
  response.writeHead(200, { 'content-type': 'text/plain' });
  const chunk = Buffer.alloc(65_536, 'x');
  let left = 16_384;
  const more = (): void => {
    while (left-- > 0 && response.write(chunk)) served += chunk.length;
    if (left <= 0) response.end();
  };
  response.on('drain', more);
  more();
};
let served = 0;

const drip =
  (status: number): Behaviour =>
  (_received, response) => {
    response.writeHead(status);
    const timer = setInterval(() => response.write('.'), 100);
    response.on('close', () => clearInterval(timer));
  };

describe('a receiver that', () => {
  it.each<[string, Behaviour, object]>([
    ['never answers', () => undefined, { state: 'pending', attempts: [{ result: 'timeout', status: null }] }],
    ['drips its refusal', drip(500), { state: 'pending', attempts: [{ result: 'rejected', status: 500 }] }],
    [
      'drips its consent',
      drip(200),
      { state: 'delivered', attempts: [{ result: 'acknowledged', status: 200 }] },
    ],
    ['sends 1 GB', flood, { state: 'delivered', attempts: [{ result: 'acknowledged', status: 200 }] }],
    [
      'closes early',
      (_received, response) => void response.socket?.destroy(),
      { state: 'pending', attempts: [{ result: 'closed_early', status: null }] },
    ],
    [
      'redirects',
      (_received, response) => void response.writeHead(301, { location: `${sound.url}/elsewhere` }).end(),
      { state: 'pending', attempts: [{ result: 'redirected', status: 301 }] },
    ],
    ['is gone', answering(410), { state: 'dead', attempts: [{ result: 'gone', status: 410 }] }],
    [
      'is overloaded',
      answering(429, { 'retry-after': '99999999' }),
      { state: 'pending', attempts: [{ result: 'rejected', status: 429, answer: 'no' }] },
    ],
    [
      'has nothing to say',
      answering(503),
      { state: 'pending', attempts: [{ result: 'rejected', status: 503 }] },
    ],
    [
      'speaks no HTTP',
      (_received, response) => void response.socket?.end('hello\r\n\r\n'),
      { state: 'pending', attempts: [{ result: 'closed_early' }] },
    ],
  ])('%s is cut in time and logged for what it did', async (_name, behaviour, expected) => {
    faulty.behave(behaviour);
    const { jobId } = await world.endOne({ url: faulty.url });
    expect(await world.deliverDue()).toBe(1);
    const [delivery] = await world.deliveries(jobId);
    expect(delivery).toMatchObject(expected);
    expect(delivery?.attempts[0]?.latencyMs).toBeLessThan(TOTAL_MS + 1_000);
    expect(delivery?.attempts[0]?.answer?.length ?? 0).toBeLessThanOrEqual(1_024);
    expect(sound.received).toEqual([]);
    const { state, attempts } = delivery ?? {};
    process.stdout.write(`situation 11: a receiver that ${_name}: ${state}, ${attempts?.[0]?.result}\n`);
    if (_name === 'sends 1 GB') expect(served).toBeLessThan(16_000_000);
  });

  it('asks for patience beyond 24 h gets its last attempt before 24 h are over, and no further one', async () => {
    faulty.behave(answering(429, { 'retry-after': '99999999' }));
    const { jobId } = await world.endOne({ url: faulty.url });
    await world.deliverDue();
    const [delivery] = await world.deliveries(jobId);
    const wait = (delivery?.dueAt.getTime() ?? 0) - (delivery?.createdAt.getTime() ?? 0);
    expect(wait).toBeGreaterThan(HORIZON_MS - 120_000);
    expect(wait).toBeLessThan(HORIZON_MS);
    world.clock.advance(wait);
    expect(await world.deliverDue()).toBe(1);
    expect(await world.deliveries(jobId)).toMatchObject([{ state: 'dead', attempts: [{}, {}] }]);
  });

  it('cannot be found, or refuses the connection, is tried again', async () => {
    const { jobId } = await world.endOne({ url: 'http://localhost:1/' });
    await world.deliverDue();
    expect(await world.deliveries(jobId)).toMatchObject([
      { state: 'pending', attempts: [{ result: 'connection_failed', status: null }] },
    ]);
  });

  it('shows a certificate that nobody vouches for is not spoken to', async () => {
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }]);
    let requests = 0;
    const server = createServer({ key, cert }, (_request, response) => {
      requests++;
      response.end();
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as AddressInfo;
    const guard = new AddressGuard([`127.0.0.1:${port}`]);
    const attempt = await post(`https://127.0.0.1:${port}/`, {}, Buffer.from('{}'), {
      guard,
      clock: world.clock,
    });
    server.close();
    expect(attempt).toMatchObject({ result: 'tls_failed', status: null });
    expect(requests).toBe(0);
  });

  it('writes control characters into its answer cannot speak to a terminal through the log', async () => {
    faulty.behave(
      (_received, response) => void response.writeHead(500).end('\u001b[2J\u0000\u202eabc\r\n<script>'),
    );
    const { jobId } = await world.endOne({ url: faulty.url });
    await world.deliverDue();
    expect((await world.deliveries(jobId))[0]?.attempts[0]?.answer).toBe(' [2J abc  <script>');
  });
});

describe('an outage of 23 hours', () => {
  it('ends with the delivery on its last attempt: eight at most, one event id, fresh signatures', async () => {
    faulty.behave(answering(500));
    const begin = world.clock.now();
    const { jobId } = await world.endOne({ url: faulty.url });
    await world.deliverDue();
    for (;;) {
      const [delivery] = await world.deliveries(jobId);
      if (delivery?.state !== 'pending') break;
      world.clock.advance(Math.max(0, delivery.dueAt.getTime() - world.clock.now()));
      if (world.clock.now() - begin > 23 * HOUR) faulty.behave(acknowledge);
      await world.deliverDue();
    }
    const [delivery] = await world.deliveries(jobId);
    expect(delivery?.state).toBe('delivered');
    expect(delivery?.attempts).toHaveLength(8);
    expect(new Set(faulty.received.map((received) => received.headers['webhook-id'])).size).toBe(1);
    expect(new Set(faulty.received.map((received) => received.headers['webhook-timestamp'])).size).toBe(8);
    expect(new Set(faulty.received.map((received) => received.body)).size).toBe(1);
    expect(faulty.received.every((received) => verifies(SECRET, received))).toBe(true);
    const hours = ((world.clock.now() - begin) / HOUR).toFixed(2);
    process.stdout.write(`situation 10: delivered after ${hours} h in ${faulty.received.length} attempts\n`);
  });
});

describe('a receiver that fails 30 % of the time and is dead for 2 hours', () => {
  const COUNT = Number(process.env.FLEET_TEST_EVENTS ?? '1000');
  it(`gets each of ${COUNT} events, at most 1 % of them twice, every one verifiable`, async () => {
    const acknowledged = new Map<string, number>();
    const begin = world.clock.now();
    const fails = draws(2026, 0.3);
    faulty.behave((received, response) => {
      const sinceBegin = world.clock.now() - begin;
      const dead = sinceBegin > 60_000 && sinceBegin < 2 * HOUR;
      if (dead || fails()) return void response.writeHead(500).end();
      const id = String(received.headers['webhook-id']);
      acknowledged.set(id, (acknowledged.get(id) ?? 0) + 1);
      acknowledge(received, response);
    });
    const half = Math.floor(COUNT / 2);
    const events = await endMany(world, half, () => faulty.url);
    await world.deliverDue();
    world.clock.advance(61_000);
    events.push(...(await endMany(world, COUNT - half, () => faulty.url)));
    await world.deliverDue();
    for (let next = await nextDue(); next !== undefined; next = await nextDue()) {
      world.clock.advance(Math.max(1, next - world.clock.now()));
      await world.deliverDue();
    }
    // Eight attempts that fail by chance at 0.3 each leave one event in 15 000 dead; a person replays it.
    const dead = await replayDead(world.db, DEFAULT_ACCOUNT, new Date(0), world.clock.now());
    faulty.behave((received, response) => {
      acknowledged.set(String(received.headers['webhook-id']), 1);
      acknowledge(received, response);
    });
    await world.deliverDue();
    const doubled = [...acknowledged.values()].filter((count) => count > 1).length;
    const unverifiable = faulty.received.filter((received) => !verifies(SECRET, received)).length;
    const hours = ((world.clock.now() - begin) / HOUR).toFixed(2);
    process.stdout.write(
      `30 % failures and 2 h dead: ${acknowledged.size} of ${events.length} delivered in ${faulty.received.length} attempts ` +
        `over ${hours} h (${dead} of them by replay), ${doubled} doubled, ${unverifiable} unverifiable\n`,
    );
    expect(new Set(acknowledged.keys())).toEqual(new Set(events));
    expect(dead).toBeLessThanOrEqual(Math.ceil(COUNT / 1_000));
    expect(doubled).toBeLessThanOrEqual(COUNT / 100);
    expect(unverifiable).toBe(0);
  }, 240_000);

  /** Draws that are true with this probability, the same in every run (mulberry32). */
  function draws(seed: number, probability: number): () => boolean {
    let state = seed;
    return () => {
      state = (state + 0x6d_2b_79_f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296 < probability;
    };
  }

  /** When something is due that may be sent; undefined when nothing is pending. */
  async function nextDue(): Promise<number | undefined> {
    const { rows } = await world.db.query(
      `SELECT min(greatest(d.due_at, coalesce(t.open_until, d.due_at))) AS at FROM fleet.webhook_delivery d
       JOIN fleet.webhook_target t ON t.key = d.target WHERE d.state = 'pending'`,
    );
    return (rows[0] as { at: Date | null }).at?.getTime();
  }
});

describe('a delivery that waited behind an open circuit beyond its time', () => {
  it('is dead, and can be replayed', async () => {
    const { jobId } = await world.endOne({ url: faulty.url });
    await world.endOne({ url: faulty.url });
    faulty.behave(answering(500));
    await world.deliverDue();
    await world.db.query('UPDATE fleet.webhook_target SET failures = 20, open_until = $1', [
      new Date(world.clock.now() + 300_000),
    ]);
    world.clock.advance(26 * HOUR);
    expect(await sweepDeliveries(world.db, world.clock.now())).toBe(2);
    expect((await world.deliveries(jobId))[0]?.state).toBe('dead');
    faulty.behave(acknowledge);
    expect(await replayDead(world.db, DEFAULT_ACCOUNT, new Date(0), world.clock.now())).toBe(2);
    expect(await world.deliverDue()).toBe(2);
    expect((await world.deliveries(jobId))[0]?.state).toBe('delivered');
  });
});
