import { Pool } from 'undici';
import { z } from 'zod';
import { spread } from './figures.ts';

/**
 * The other side of the submit bench, in a process of its own. Arguments: URL, key, `flat` or an offered rate per
 * second, seconds. Prints one JSON line. At a rate, the time is taken from when a request was due, not from when it
 * was sent: a server that stalls is not spared (coordinated omission).
 */
const [url, key, how, seconds] = z
  .tuple([z.url(), z.string(), z.string(), z.coerce.number()])
  .parse(process.argv.slice(2));
const CONNECTIONS = 32;
const pool = new Pool(url, { connections: CONNECTIONS, pipelining: 1 });
const times: number[] = [];
const statuses: Record<string, number> = {};

async function submit(dueAt: number): Promise<void> {
  const { statusCode, body } = await pool.request({
    path: '/v1/search?mode=async',
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      query: 'best crm for startups',
      surfaces: ['chatgpt'],
      idempotencyKey: crypto.randomUUID(),
    }),
  });
  await body.dump();
  times.push(performance.now() - dueAt);
  statuses[statusCode] = (statuses[statusCode] ?? 0) + 1;
}

const startedAt = performance.now();
const endsAt = startedAt + seconds * 1000;
if (how === 'flat') {
  const one = async (): Promise<void> => {
    while (performance.now() < endsAt) await submit(performance.now());
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, one));
} else {
  const gap = 1000 / Number(how);
  const all: Promise<void>[] = [];
  for (let index = 0; startedAt + index * gap < endsAt; index++) {
    const dueAt = startedAt + index * gap;
    const early = dueAt - performance.now();
    if (early > 0) await new Promise((done) => setTimeout(done, early));
    all.push(submit(dueAt));
  }
  await Promise.all(all);
}
const took = (performance.now() - startedAt) / 1000;
const accepted = statuses[202] ?? 0;
process.stdout.write(
  `${JSON.stringify({ accepted, perSecond: Math.round(accepted / took), statuses, ms: spread(times) })}\n`,
);
await pool.close();
