import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKey } from '../../../src/jobs/api-keys.ts';
import { openAccount } from '../jobs/jobs-world.ts';
import { type Answer, type ApiWorld, openApiWorld } from './api-world.ts';

/** Per minute; so a place is free again every half second. */
const QUOTA = 120;
const STEP_MS = 60_000 / QUOTA;
const RUN_MS = 6_000;
let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld({ config: { rateLimit: QUOTA, queueLimit: 100_000, queueLimitTotal: 100_000 } });
});
afterAll(() => world.close());

async function client(account: string): Promise<() => Promise<Answer>> {
  await openAccount(world.db, account);
  const { key } = await createKey(world.db, { label: account, accountId: account }, Date.now());
  const headers = { authorization: `Bearer ${key}` };
  const body = { query: 'q', surfaces: ['chatgpt'] };
  const ask = () => world.ask('/v1/search?mode=async', { method: 'POST', headers, body });
  // The burst is spent first: from here on only what comes back can be used.
  await Promise.all(Array.from({ length: QUOTA }, ask));
  return ask;
}

/** Asks for `RUN_MS`, waiting after a refusal as told or only as long as `impatience`; tells what came of it. */
async function run(ask: () => Promise<Answer>, impatienceMs: number | undefined) {
  const began = performance.now();
  const seen = { admitted: 0, refused: 0, negative: 0, tooEarly: 0 };
  let [askingMs, lastWaitMs] = [0, 0];
  while (performance.now() - began < RUN_MS) {
    const sentAt = performance.now();
    const { status, headers } = await ask();
    askingMs += performance.now() - sentAt;
    lastWaitMs = 0;
    if (status === 202) {
      seen.admitted += 1;
      continue;
    }
    seen.refused += 1;
    const after = Number(headers['retry-after']);
    const t = Number(/t=(-?\d+)/.exec(String(headers.ratelimit))?.[1]);
    if (!(after >= 1)) seen.negative += 1;
    if (after < t) seen.tooEarly += 1;
    lastWaitMs = impatienceMs ?? after * 1_000;
    await pause(lastWaitMs);
  }
  const elapsedMs = performance.now() - began;
  // What its last wait brought it could not use any more, nor what came while an answer took its time.
  return { ...seen, elapsedMs, usableMs: elapsedMs - lastWaitMs - askingMs };
}

describe('given clients that want more than their quota (situation 21)', () => {
  it('neither ever gets more than what comes back, and the arithmetic of the headers is consistent', async () => {
    const [patient, greedy] = [await client('acct_patient'), await client('acct_greedy')];
    const [honours, ignores] = await Promise.all([run(patient, undefined), run(greedy, 50)]);
    process.stdout.write(`situation 21: ${JSON.stringify({ honours, ignores })}\n`);
    for (const seen of [honours, ignores]) {
      // What came back since the burst, with the time that the burst itself took: it is the machine's, hence generous.
      expect(seen.admitted).toBeLessThanOrEqual((seen.elapsedMs + 15_000) / STEP_MS);
      expect({ negative: seen.negative, tooEarly: seen.tooEarly }).toEqual({ negative: 0, tooEarly: 0 });
      expect(seen.admitted).toBeGreaterThan(0);
    }
    // Who waits as told gets 95 % of what comes back; one more may just be on its way.
    expect(honours.admitted + 1).toBeGreaterThanOrEqual((0.95 * honours.usableMs) / STEP_MS);
    // Who waits as told is refused less often for each place it gets.
    expect(honours.refused / honours.admitted).toBeLessThanOrEqual(ignores.refused / ignores.admitted);
  });
});
