import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { type Database, openDatabase } from '../../src/platform/database.ts';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';
import { createLog } from '../../src/platform/log.ts';
import { preparable } from './preparable.ts';
import { PREVIOUS_COMMIT, unpackCommit } from './previous-version.ts';

// Writes statements.json: what the version before this one says to its database. Run it when a version is released and
// PREVIOUS_COMMIT is set to it: `node test/side-by-side/record-statements.ts`. It runs that version's own tests of
// queue, API, webhooks and workers against a Postgres that logs every statement, and keeps those that stand in its sources.

const SUITES = ['jobs', 'webhooks', 'api', 'fleet'].map((name) => `test/integration/${name}`);
const log = createLog('warn', 'record');
const lineSchema = z.object({ message: z.string().default(''), application_name: z.string().default('') });

const root = mkdtempSync(join(tmpdir(), 'fleet-record-'));
const tree = unpackCommit(PREVIOUS_COMMIT, root);
if (tree === undefined) throw new Error(`this clone has no commit ${PREVIOUS_COMMIT}`);
try {
  const postgres = { dataDir: join(root, 'pg'), log };
  const first = await startEmbeddedPostgres(postgres);
  await on(first.url, async (db) => {
    for (const setting of [
      `logging_collector = 'on'`,
      `log_destination = 'jsonlog'`,
      `log_directory = 'said'`,
      `log_statement = 'all'`,
    ])
      await db.query(`ALTER SYSTEM SET ${setting}`);
  });
  await first.stop();
  const server = await startEmbeddedPostgres(postgres);
  await runSuites(tree, server.url);
  const said = statementsIn(join(root, 'pg/postgres/data/said'));
  const own = inSources(said, join(tree, 'src'));
  const schema = await oldSchema(tree, server.url);
  const kept = await on(schema, async (db) => {
    const found: string[] = [];
    for (const text of own) if ((await preparable(db, text)) === null) found.push(text);
    return found;
  });
  await server.stop();
  const out = resolve(import.meta.dirname, 'statements.json');
  writeFileSync(out, `${JSON.stringify({ commit: PREVIOUS_COMMIT, statements: kept.sort() }, null, 2)}\n`);
  process.stdout.write(
    `${said.length} statements heard, ${own.length} of its sources, ${kept.length} kept\n`,
  );
} finally {
  rmSync(root, { recursive: true, force: true });
}

async function on<T>(url: string, work: (db: Database) => Promise<T>): Promise<T> {
  const db = openDatabase(url, { log, max: 2 });
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}

/** A test that fails there has said what it had to say all the same. */
async function runSuites(cwd: string, url: string): Promise<void> {
  const vitest = join(cwd, 'node_modules/vitest/vitest.mjs');
  const args = [vitest, 'run', '--config', 'test/vitest.config.ts', ...SUITES];
  const child = spawn(process.execPath, args, {
    ...{ cwd, env: { ...process.env, TEST_DATABASE_URL: url }, stdio: ['ignore', 'inherit', 'inherit'] },
  });
  await once(child, 'exit');
}

/** Each way of saying something once; what only differs in literals is the same. */
function statementsIn(directory: string): string[] {
  const ways = new Map<string, string>();
  for (const name of readdirSync(directory).filter((file) => file.endsWith('.json'))) {
    for (const line of readFileSync(join(directory, name), 'utf8').split('\n')) {
      if (line === '') continue;
      const { message, application_name: application } = lineSchema.parse(JSON.parse(line));
      const text = /^(?:statement|execute [^:]*): ([\s\S]*)$/.exec(message)?.[1]?.trim();
      if (text === undefined || !application.startsWith('capture-fleet')) continue;
      if (!/^(?:select|insert|update|delete|with)\b/i.test(text)) continue;
      ways.set(folded(text).replaceAll(/'[^']*'|\b\d+\b/g, '?'), text.replace(/;$/, ''));
    }
  }
  return [...ways.values()];
}

/** Those that begin as a text in the sources does, or speak to pg-boss's own tables: not what only the tests say. */
function inSources(statements: readonly string[], directory: string): string[] {
  const sources = readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => folded(readFileSync(join(directory, name), 'utf8')))
    .join('\n');
  return statements.filter(
    (text) => /\bpgboss\./.test(text) || sources.includes(folded(text).slice(0, 32).trim()),
  );
}

function folded(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}

/** URL of a database with the tables of that version in it, its queue's too: its own worker of nothing leaves them there. */
async function oldSchema(cwd: string, url: string): Promise<string> {
  const name = 'old_schema';
  await on(url, (db) => db.query(`CREATE DATABASE ${name}`));
  const own = new URL(url);
  own.pathname = `/${name}`;
  const child = spawn(process.execPath, ['src/cli.ts', 'courier'], {
    ...{ cwd, stdio: ['ignore', 'pipe', 'inherit'] },
    env: {
      ...{ PATH: process.env.PATH, DATABASE_URL: own.href, FLEET_ORIGIN: 'stage' },
      FLEET_DATA_DIR: join(cwd, '.fleet'),
    },
  });
  await new Promise<void>((ready) =>
    child.stdout.on('data', (data: Buffer) => data.toString().includes('courier ready') && ready()),
  );
  child.kill('SIGTERM');
  await once(child, 'exit');
  return own.href;
}
