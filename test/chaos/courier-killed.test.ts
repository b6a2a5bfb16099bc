import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_ACCOUNT } from '../../src/jobs/account.ts';
import { webhookCipher } from '../../src/webhooks/cipher.ts';
import { createSecret } from '../../src/webhooks/secrets.ts';
import { acknowledge, type Receiver, startReceiver, verifies } from '../integration/webhooks/receiver.ts';
import { endMany, openWebhookWorld, type WebhookWorld } from '../integration/webhooks/webhook-world.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const KEY = 'a key of this test';
const COUNT = 300;
/** Deliveries under way at one receiver at most. */
const CAP = 5;

let receiver: Receiver;
let world: WebhookWorld;
let dataDir: string;
const couriers: ChildProcess[] = [];

beforeAll(async () => {
  receiver = await startReceiver();
  world = await openWebhookWorld([receiver.hostPort]);
  dataDir = mkdtempSync(join(tmpdir(), 'fleet-courier-'));
});
afterEach(async () => {
  for (const courier of couriers.splice(0)) await kill(courier);
});
afterAll(async () => {
  await world?.close();
  await receiver?.close();
  rmSync(dataDir, { recursive: true, force: true });
});

async function kill(courier: ChildProcess): Promise<void> {
  if (courier.exitCode !== null || courier.signalCode !== null) return;
  courier.kill('SIGKILL');
  await once(courier, 'exit');
}

async function startCourier(): Promise<ChildProcess> {
  const courier = spawn(process.execPath, ['src/cli.ts', 'courier'], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: world.url,
      FLEET_DATA_DIR: dataDir,
      FLEET_WEBHOOK_KEY: KEY,
      FLEET_WEBHOOK_ALLOW: receiver.hostPort,
      FLEET_LOG_LEVEL: 'error',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  couriers.push(courier);
  await new Promise<void>((ready, failed) => {
    courier.once('exit', (code) => failed(new Error(`the courier ended with ${code} before it was ready`)));
    courier.stdout?.on('data', (data: Buffer) => data.toString().includes('courier ready') && ready());
  });
  return courier;
}

async function until(reached: () => boolean, ms: number): Promise<void> {
  for (const end = performance.now() + ms; performance.now() < end && !reached(); )
    await new Promise((done) => setTimeout(done, 20));
  expect(reached()).toBe(true);
}

describe('a courier that is killed in the middle of its work', () => {
  it('loses nothing, and what another sends twice is at most what it had under way', async () => {
    const cipher = webhookCipher({ webhookKey: KEY, dataDir });
    const secret = await createSecret(world.db, cipher(), DEFAULT_ACCOUNT, world.clock.now());
    // Held for a moment, so that some are under way when the process dies.
    receiver.behave((received, response) => void setTimeout(() => acknowledge(received, response), 50));
    const events = await endMany(world, COUNT, () => receiver.url);
    await world.db.query('UPDATE fleet.job_webhook SET secret = NULL');
    for (const at of [40, 150]) {
      const courier = await startCourier();
      await until(() => receiver.received.length >= at, 60_000);
      await kill(courier);
    }
    await startCourier();
    const arrived = (): Set<unknown> =>
      new Set(receiver.received.map(({ headers }) => headers['webhook-id']));
    await until(() => arrived().size === COUNT, 90_000);
    const doubled = receiver.received.length - COUNT;
    process.stdout.write(
      `couriers killed twice: ${arrived().size} of ${COUNT} delivered, ${doubled} sent twice (at most ${2 * CAP} were under way)\n`,
    );
    expect(arrived()).toEqual(new Set(events));
    expect(doubled).toBeLessThanOrEqual(2 * CAP);
    expect(receiver.received.every((received) => verifies(secret?.secret ?? '', received))).toBe(true);
  }, 240_000);

  it('and one that is asked to end finishes what it has begun', async () => {
    const courier = await startCourier();
    receiver.received.length = 0;
    receiver.behave((received, response) => void setTimeout(() => acknowledge(received, response), 500));
    const events = await endMany(world, 3, () => receiver.url);
    await world.db.query('UPDATE fleet.job_webhook SET secret = NULL');
    await world.db.query(`SELECT pg_notify('fleet_webhook', '')`);
    await until(
      () => events.every((id) => receiver.received.some(({ headers }) => headers['webhook-id'] === id)),
      60_000,
    );
    courier.kill('SIGTERM');
    const [code] = await once(courier, 'exit');
    expect(code).toBe(0);
    const { rows } = await world.db.query(
      `SELECT count(*)::integer AS count FROM fleet.webhook_delivery WHERE state = 'delivered' AND event_id = ANY ($1)`,
      [events],
    );
    expect(rows).toEqual([{ count: 3 }]);
  });
});
