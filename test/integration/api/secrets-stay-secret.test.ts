import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { newKeyText } from '../../../src/jobs/api-key-text.ts';
import { ApiProcesses } from '../../chaos/api-processes.ts';
import { type FreshDatabase, freshDatabase } from '../database.ts';

const OPERATORS_KEY = 'operators-own-key-of-many-characters';
const QUERY = 'a query that nobody else may read';
const HOOK_SECRET = 'a webhook secret of the request';

let fresh: FreshDatabase;
let processes: ApiProcesses;
let url: string;
let logged = '';
beforeAll(async () => {
  fresh = await freshDatabase();
  processes = new ApiProcesses(fresh.url, {
    settings: { FLEET_LOG_LEVEL: 'trace', FLEET_API_KEY: OPERATORS_KEY, FLEET_AUTH_FAILURES: '0' },
    onLog: (text) => {
      logged += text;
    },
  });
  url = `http://127.0.0.1:${await processes.start()}`;
});
afterAll(async () => {
  await processes?.close();
  await fresh?.drop();
});

const made = z.object({ key: z.string() });
const madeSecret = z.object({ secret: z.string(), info: z.object({ id: z.string() }) });

async function send(method: string, path: string, key: string, body?: unknown): Promise<unknown> {
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return answer.json();
}

/** Uses every door through which a secret comes in or goes out; gives the texts that must not lie about afterwards. */
async function session(): Promise<string[]> {
  const live = made.parse(await send('POST', '/v1/keys', OPERATORS_KEY, { label: 'live' })).key;
  const test = made.parse(await send('POST', '/v1/keys', OPERATORS_KEY, { label: 't', mode: 'test' })).key;
  const secret = madeSecret.parse(await send('POST', '/v1/webhooks/secrets', live));
  const rotated = madeSecret.parse(await send('POST', `/v1/webhooks/secrets/${secret.info.id}/rotate`, live));
  const webhook = { url: 'https://93.184.216.34/', secret: HOOK_SECRET };
  const search = { query: QUERY, surfaces: ['chatgpt'], webhook };
  await send('POST', '/v1/search?mode=async', live, search);
  await send('POST', '/v1/search?mode=async', test, { ...search, surfaces: ['grok'] });
  await send('POST', '/v1/search', live, `{"query": "${QUERY}", "broken": `);
  await send('GET', `/v1/jobs/${live}`, live);
  await send('GET', `/v1/jobs?cursor=${live}`, live);
  const unknown = newKeyText('live');
  for (const bad of [unknown, `${live}x`, live.slice(0, -1)]) await send('GET', '/v1/usage', bad);
  return [OPERATORS_KEY, live, test, unknown, secret.secret, rotated.secret, HOOK_SECRET];
}

/** Every row of every table, as a dump would show it; with how many there are. */
async function dump(): Promise<{ tables: number; text: string }> {
  const { rows } = await fresh.db.query(
    `SELECT quote_ident(table_schema) || '.' || quote_ident(table_name) AS name FROM information_schema.tables
     WHERE table_schema IN ('fleet', 'pgboss') AND table_type = 'BASE TABLE'`,
  );
  const tables = z.array(z.object({ name: z.string() })).parse(rows);
  let text = '';
  for (const { name } of tables) {
    const { rows: all } = await fresh.db.query(`SELECT t::text AS row FROM ${name} t`);
    text += z
      .array(z.object({ row: z.string() }))
      .parse(all)
      .map(({ row }) => row)
      .join('\n');
  }
  return { tables: tables.length, text };
}

describe('given a service that logs all it can, and a session in which every kind of secret passes (P14)', () => {
  it('neither log nor database holds one of them, nor a header, nor the log the query', async () => {
    const secrets = await session();
    await expect.poll(() => logged.includes('search.accepted'), { timeout: 15_000 }).toBe(true);
    const { tables, text } = await dump();
    const hits = (where: string): string[] =>
      secrets.filter((secret) => where.includes(secret) || where.includes(secret.replace('whsec_', '')));
    process.stdout.write(
      `P14: ${JSON.stringify({ secrets: secrets.length, logBytes: logged.length, tables, dumpBytes: text.length })}\n`,
    );
    expect(hits(logged)).toEqual([]);
    expect(logged).not.toMatch(/aisk_(live|test)_|whsec_|bearer /i);
    expect(logged).not.toContain(QUERY);
    expect(hits(text)).toEqual([]);
    // The dump is a real one: the query is data of the account and lies in its job.
    expect(text).toContain(QUERY);
  });
});
