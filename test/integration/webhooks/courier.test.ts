import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_ACCOUNT } from '../../../src/jobs/account.ts';
import { type Listener, openListener } from '../../../src/platform/listener.ts';
import { Courier } from '../../../src/webhooks/courier.ts';
import { replayDelivery } from '../../../src/webhooks/replay.ts';
import { testLog } from '../database.ts';
import { acknowledge, answering, type Receiver, startReceiver } from './receiver.ts';
import { endMany, openWebhookWorld, type WebhookWorld } from './webhook-world.ts';

let hanging: Receiver;
let failing: Receiver;
let sound: Receiver;
let world: WebhookWorld;
let listener: Listener;
const couriers: Courier[] = [];

beforeAll(async () => {
  hanging = await startReceiver(() => undefined);
  failing = await startReceiver(answering(500));
  sound = await startReceiver();
  world = await openWebhookWorld([hanging.hostPort, failing.hostPort, sound.hostPort]);
  listener = await openListener(world.url, { log: testLog });
  for (let index = 0; index < 2; index++) {
    const courier = new Courier({ ...world.means, listener, limits: { connectMs: 1_000, totalMs: 3_000 } });
    couriers.push(courier);
    await courier.start();
  }
});
afterAll(async () => {
  for (const courier of couriers) await courier.stop();
  await listener?.close();
  await world?.close();
  for (const receiver of [hanging, failing, sound]) await receiver?.close();
});

async function until(reached: () => boolean, ms = 20_000): Promise<void> {
  for (const end = performance.now() + ms; performance.now() < end && !reached(); )
    await new Promise((done) => setTimeout(done, 10));
  expect(reached()).toBe(true);
}

const percentile = (values: number[], p: number): number =>
  Math.round(values.sort((a, b) => a - b)[Math.floor(values.length * p)] ?? Number.NaN);

describe('two couriers', () => {
  it('begin the first attempt soon after a child has ended, and send nothing twice', async () => {
    const ended = new Map<string, number>();
    for (let index = 0; index < 40; index++) {
      const { childId } = await world.endOne({ url: sound.url });
      ended.set(childId, performance.now());
    }
    await until(() => sound.received.length >= 40);
    const waits = sound.received.map(
      ({ body, at }) => at - (ended.get(JSON.parse(body).job.id) ?? Number.NaN),
    );
    process.stdout.write(
      `first attempt after the end of a child: p50 ${percentile(waits, 0.5)} ms, p95 ${percentile(waits, 0.95)} ms\n`,
    );
    expect(new Set(sound.received.map((received) => received.headers['webhook-id'])).size).toBe(40);
    expect(sound.received).toHaveLength(40);
  });

  it('serve the sound while others hang or fail: five at a time for one receiver, none kept waiting', async () => {
    sound.received.length = 0;
    let open = 0;
    let most = 0;
    hanging.behave((_received, response) => {
      most = Math.max(most, ++open);
      response.on('close', () => open--);
    });
    await endMany(world, 300, () => `${hanging.url}/`);
    await endMany(world, 300, () => `${failing.url}/`);
    await until(() => open >= 5);
    while ((await world.db.query('SELECT 1 FROM fleet.event WHERE expanded_at IS NULL')).rowCount > 0)
      await new Promise((done) => setTimeout(done, 50));
    const ended = new Map<string, number>();
    for (let index = 0; index < 20; index++) {
      const { childId } = await world.endOne({ url: sound.url });
      ended.set(childId, performance.now());
    }
    await until(() => sound.received.length >= 20);
    const waits = sound.received.map(
      ({ body, at }) => at - (ended.get(JSON.parse(body).job.id) ?? Number.NaN),
    );
    process.stdout.write(
      `beside 300 deliveries to a hanging and 300 to a failing receiver: p50 ${percentile(waits, 0.5)} ms, ` +
        `p95 ${percentile(waits, 0.95)} ms; at most ${most} at once at the hanging one\n`,
    );
    expect(most).toBeLessThanOrEqual(5);
    const { rows } = await world.db.query(
      `SELECT max(failures) AS failures FROM fleet.webhook_target WHERE key LIKE '%' || $1`,
      [failing.hostPort],
    );
    // The circuit of the failing one opened: of its 300 deliveries few were tried.
    expect((rows[0] as { failures: number }).failures).toBeGreaterThanOrEqual(20);
    expect(failing.received.length).toBeLessThan(60);
  });

  it('hear of a replay at once', async () => {
    sound.received.length = 0;
    sound.behave(answering(410));
    const { jobId } = await world.endOne({ url: sound.url });
    await until(() => sound.received.length === 1);
    sound.behave(acknowledge);
    for (
      let delivery = (await world.deliveries(jobId))[0];
      delivery?.state !== 'dead';
      delivery = (await world.deliveries(jobId))[0]
    )
      await new Promise((done) => setTimeout(done, 10));
    const [delivery] = await world.deliveries(jobId);
    await replayDelivery(world.db, DEFAULT_ACCOUNT, delivery?.id ?? '', world.clock.now());
    await until(() => sound.received.length === 2);
  });
});
