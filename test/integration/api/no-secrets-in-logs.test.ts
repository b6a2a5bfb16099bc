import { afterAll, beforeAll, expect, it } from 'vitest';
import { createKey } from '../../../src/jobs/api-keys.ts';
import { AddressGuard } from '../../../src/platform/address-guard.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { createLog } from '../../../src/platform/log.ts';
import { webhookCipher } from '../../../src/webhooks/cipher.ts';
import { Courier } from '../../../src/webhooks/courier.ts';
import { finishNext } from '../jobs/jobs-world.ts';
import { answering, type Receiver, startReceiver } from '../webhooks/receiver.ts';
import { type ApiWorld, openApiWorld, rawExchange } from './api-world.ts';

const SECRET = 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=';
const QUERY = 'the text nobody but the customer may read';
const TYPO = `aisk_live_${'x'.repeat(36)}`;
const lines: string[] = [];
const log = createLog('trace', 'session', { write: (line) => void lines.push(line) });

let receiver: Receiver;
let world: ApiWorld;
let courier: Courier;
beforeAll(async () => {
  receiver = await startReceiver(answering(500));
  world = await openApiWorld({
    log,
    config: { webhookAllow: [receiver.hostPort], webhookKey: 'a key of the tests' },
  });
  courier = new Courier({
    ...{ db: world.db, listener: world.listener, log, clock: systemClock, random: () => 0 },
    guard: new AddressGuard(world.config.webhookAllow),
    cipher: webhookCipher(world.config),
  });
  await courier.start();
});
afterAll(async () => {
  await courier?.stop();
  await world?.close();
  await receiver?.close();
});

/** Everything that touches a secret, well and badly; tells the secrets. */
async function session(): Promise<string[]> {
  const minted = await world.post('/v1/keys', { label: 'minted' });
  const { key: expired } = await createKey(world.db, { label: 'old', expiresAt: Date.now() - 1 }, Date.now());
  const made = await world.post('/v1/webhooks/secrets', {});
  for (const bad of [expired, TYPO]) {
    const refused = await world.ask('/v1/usage', { headers: { authorization: `Bearer ${bad}` } });
    expect(refused.status).toBe(401);
  }
  const key: string = minted.body.key;
  const headers = { authorization: `Bearer ${key}` };
  // Keys where they do not belong: in the path, the query string, the body, the id of the request.
  await world.ask(`/v1/jobs/${key}`, { headers });
  await world.ask(`/v1/usage?api_key=${key}`, { headers });
  await world.ask(`/${key}`, { headers });
  await world.ask('/v1/search', { method: 'POST', headers, body: { query: QUERY, [key]: key } });
  await rawExchange(world.url, `GET /v1/usage HTTP/1.1\r\nAuthorization: Bearer ${key}\r\nbroken\r\n\r\n`);
  const webhook = { url: receiver.url, secret: SECRET };
  const body = { query: QUERY, surfaces: ['chatgpt'], webhook };
  expect((await world.post('/v1/search', body)).status).toBe(202);
  await finishNext(world);
  await expect.poll(() => receiver.received.length, { timeout: 20_000 }).toBeGreaterThan(0);
  await world.db.query('ALTER TABLE fleet.job RENAME TO gone');
  expect((await world.post('/v1/search', body)).status).toBe(500);
  await world.db.query('ALTER TABLE fleet.gone RENAME TO job');
  await world.ask(`/v1/keys/${minted.body.info.id}`, { method: 'DELETE', headers });
  return [world.key, key, expired, TYPO, made.body.secret, SECRET, QUERY];
}

it('no line of a session shows key material, a signing secret or what was asked (P14)', async () => {
  const secrets = await session();
  for (const secret of secrets) expect(secret, 'a secret to look for').toMatch(/.{16}/);
  const requests = lines.filter((line) => line.includes('"answered"')).length;
  expect(requests, 'requests that were logged').toBeGreaterThan(10);
  expect(
    lines.some((line) => line.includes('request failed')),
    'the failure was logged',
  ).toBe(true);
  const telling = lines.filter(
    (line) =>
      secrets.some((secret) => line.includes(secret)) ||
      /aisk_(live|test)_|whsec_|Bearer |"authorization":"(?!\[redacted\])/i.test(line),
  );
  process.stdout.write(
    `P14: ${JSON.stringify({ lines: lines.length, requests, secrets: secrets.length, telling: telling.length })}\n`,
  );
  expect(telling).toEqual([]);
});

it('the log redacts by name what a careless line would show', () => {
  const from = lines.length;
  log.info(
    { request: { authorization: 'Bearer abc' }, secret: 's3cr3t', key: { apiKey: 'k3y' } },
    'careless',
  );
  expect(lines.slice(from).join('')).not.toMatch(/abc|s3cr3t|k3y/);
});
