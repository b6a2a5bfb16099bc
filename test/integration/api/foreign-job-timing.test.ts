import { afterAll, beforeAll, expect, it } from 'vitest';
import { createKey } from '../../../src/jobs/api-keys.ts';
import { openAccount } from '../jobs/jobs-world.ts';
import { type ApiWorld, openApiWorld } from './api-world.ts';

const PAIRS = 300;

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
});
afterAll(() => world?.close());

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

it("another's job and one that never was: the same bytes, and the same time as a ratio (P15)", async () => {
  const { body } = await world.post('/v1/search?mode=async', { query: 'q', surfaces: ['chatgpt'] });
  await openAccount(world.db, 'acct_curious');
  const { key } = await createKey(world.db, { label: 'b', accountId: 'acct_curious' }, Date.now());
  const never = `job_${'a'.repeat(body.jobId.length - 4)}`;
  const headers = { authorization: `Bearer ${key}`, 'x-request-id': 'req_same' };
  const ask = async (id: string): Promise<{ ms: number; text: string }> => {
    const began = performance.now();
    const response = await fetch(`${world.url}/v1/jobs/${id}`, { headers });
    const text = await response.text();
    const ms = performance.now() - began;
    expect(response.status).toBe(404);
    return { ms, text: text.replaceAll(id, 'ID') };
  };
  const shapes = new Set<string>();
  const counted: Record<string, number[]> = { foreign: [], unknown: [] };
  // In turns, the first of a pair changing, so that a busy moment of the machine falls on both alike.
  for (let pair = 0; pair < PAIRS; pair++) {
    const turns = pair % 2 === 0 ? ['foreign', 'unknown'] : ['unknown', 'foreign'];
    for (const which of turns) {
      const { ms, text } = await ask(which === 'foreign' ? body.jobId : never);
      shapes.add(text);
      counted[which]?.push(ms);
    }
  }
  const [foreign, unknown] = [median(counted.foreign ?? []), median(counted.unknown ?? [])];
  const ratio = foreign / unknown;
  const rounded = [foreign, unknown, ratio].map((value) => Number(value.toFixed(3)));
  process.stdout.write(
    `P15: ${JSON.stringify({ pairs: PAIRS, texts: shapes.size, foreignMs: rounded[0], unknownMs: rounded[1], ratio: rounded[2] })}\n`,
  );
  expect([...shapes]).toHaveLength(1);
  expect(ratio).toBeGreaterThan(0.5);
  expect(ratio).toBeLessThan(2);
});
