import { statfs } from 'node:fs/promises';
import { Command } from 'commander';
import { SURFACES } from '../../surfaces/index.ts';
import { openArtifactStore } from '../artifacts/open-store.ts';
import { FleetError } from '../contract/errors.ts';
import { ENOUGH, freeRoom } from '../fleet/disk-guard.ts';
import { endBrowser, launchBrowser } from '../fleet/launch-browser.ts';
import { findBrowser } from '../platform/browser-binary.ts';
import { systemClock } from '../platform/clock.ts';
import { type Config, processConfig } from '../platform/config.ts';
import { openDatabase } from '../platform/database.ts';
import { Deadline } from '../platform/deadline.ts';
import { startEmbeddedPostgres } from '../platform/embedded-postgres.ts';
import { createLog, type Log } from '../platform/log.ts';
import { withProfiles } from './with-profiles.ts';

/** One line of the report. */
export interface Check {
  name: string;
  ok: boolean;
  detail: string;
  /** What to do; only where something is wrong. */
  fix?: string;
}

const CHECK_BUDGET_MS = 60_000;
const ENOUGH_DISK_BYTES = 1_000_000_000;
const NODE_MAJOR = 24;

/** `fleet doctor`: looks at everything a capture stands on, and says what to do where something is missing. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description(
      'check browser, database, artifacts, disk, profiles and Node; exit 1 when something is wrong',
    )
    .option('--json', 'print one JSON object')
    .action(async (options: { json?: boolean }) => {
      const checks = await examine(processConfig(), createLog('silent', 'doctor'));
      const ok = checks.every((check) => check.ok);
      process.stdout.write(options.json ? `${JSON.stringify({ ok, checks })}\n` : checks.map(line).join(''));
      process.exitCode = ok ? 0 : 1;
    });
}

function line({ name, ok, detail, fix }: Check): string {
  const verdict = `${ok ? 'ok     ' : 'problem'} ${name.padEnd(10)} ${detail}\n`;
  return fix === undefined ? verdict : `${verdict}        ${' '.repeat(10)} fix: ${fix}\n`;
}

/** All checks, in the order a capture needs them; one that fails does not keep the next from running. */
export async function examine(config: Config, log: Log): Promise<Check[]> {
  const looks: [string, () => Promise<Omit<Check, 'name'>>][] = [
    ['node', async () => lookAtNode(process.versions.node)],
    ['browser', () => lookAtBrowser(config, log)],
    ['postgres', () => lookAtPostgres(config, log)],
    ['artifacts', () => lookAtArtifacts(config)],
    ['disk', () => lookAtDisk(config)],
    ['profiles', () => lookAtProfiles(config, log)],
  ];
  const checks: Check[] = [];
  for (const [name, look] of looks) {
    try {
      checks.push({ name, ...(await look()) });
    } catch (error) {
      checks.push({ name, ...problemOf(error) });
    }
  }
  return checks;
}

function problemOf(error: unknown): Omit<Check, 'name'> {
  const detail = error instanceof Error ? error.message : String(error);
  const fix = error instanceof FleetError && error.fix !== undefined ? { fix: error.fix } : {};
  const cause =
    error instanceof Error && error.cause instanceof Error ? firstLine(error.cause.message) : undefined;
  return { ok: false, detail: cause === undefined ? detail : `${detail} (${cause})`, ...fix };
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}

/** Whether this Node can run the fleet. */
export function lookAtNode(version: string): Omit<Check, 'name'> {
  if (Number(version.split('.')[0]) >= NODE_MAJOR) return { ok: true, detail: `Node ${version}` };
  return {
    ok: false,
    detail: `Node ${version} is too old`,
    fix: 'use the npm scripts (`npm run -s fleet -- doctor`)',
  };
}

async function lookAtBrowser(config: Config, log: Log): Promise<Omit<Check, 'name'>> {
  const found = findBrowser(config, 'shell');
  const deadline = Deadline.after(CHECK_BUDGET_MS);
  const launched = await launchBrowser(
    {
      executablePath: found.path,
      binary: found.binary,
      stagePort: undefined,
      plugins: config.browserPlugins,
      dataDir: config.dataDir,
      log,
    },
    deadline,
  );
  await endBrowser(launched, deadline, log);
  const { version, binary } = launched.info;
  return {
    ok: true,
    detail: `${binary} ${version}, ${found.path} (${found.from}), ${sandbox(launched.sandboxed)}`,
  };
}

function sandbox(on: boolean): string {
  if (on) return 'sandbox on';
  if (process.getuid?.() === 0) return 'sandbox off: the process is root (run as another user to have it)';
  return 'sandbox off: the kernel refuses user namespaces (kernel.apparmor_restrict_unprivileged_userns, seccomp)';
}

async function lookAtPostgres(config: Config, log: Log): Promise<Omit<Check, 'name'>> {
  if (config.databaseUrl !== undefined) return await askPostgres(config.databaseUrl, 'DATABASE_URL', log);
  try {
    const server = await startEmbeddedPostgres({ dataDir: config.dataDir, log });
    try {
      return await askPostgres(server.url, `embedded, ${config.dataDir}`, log);
    } finally {
      await server.stop();
    }
  } catch (error) {
    // In use by a running fleet: that is health, not a problem.
    if (error instanceof FleetError && error.code === 'DATABASE_OWNED')
      return { ok: true, detail: error.message };
    throw error;
  }
}

async function askPostgres(url: string, where: string, log: Log): Promise<Omit<Check, 'name'>> {
  const database = openDatabase(url, { log, max: 1 });
  try {
    const deadline = Deadline.after(CHECK_BUDGET_MS);
    const { rows } = await deadline.run('database', () => database.query('SHOW server_version'));
    return { ok: true, detail: `PostgreSQL ${Object.values(rows[0] ?? {}).join('')} (${where})` };
  } finally {
    await database.close();
  }
}

async function lookAtArtifacts(config: Config): Promise<Omit<Check, 'name'>> {
  const store = openArtifactStore(config);
  await store.probe();
  return { ok: true, detail: `${store.describe('raw')} can be written` };
}

async function lookAtDisk(config: Config): Promise<Omit<Check, 'name'>> {
  const { bytes, files } = freeRoom(await statfs(config.dataDir));
  const inodes = files === null ? '' : ` and ${files} inodes`;
  const detail = `${(bytes / 1e9).toFixed(1)} GB${inodes} free for ${config.dataDir}`;
  if (bytes >= ENOUGH_DISK_BYTES && (files === null || files >= ENOUGH.files)) return { ok: true, detail };
  const fix = 'free some space or files (df, df -i), or set FLEET_DATA_DIR to a directory on another disk';
  return { ok: false, detail, fix };
}

/** The operator's own signed-in profiles: a stale one is a problem, a missing one is a fact worth knowing. */
async function lookAtProfiles(config: Config, log: Log): Promise<Omit<Check, 'name'>> {
  const profiles = await withProfiles(config, log, (store) => store.list(systemClock.now()));
  const stale = profiles.filter(({ status }) => status === 'stale');
  const [first] = stale;
  if (first !== undefined) {
    const names = stale.map(({ surface, label }) => `${surface}/${label}`).join(', ');
    return {
      ok: false,
      detail: `stale: ${names}`,
      fix: `npm run -s fleet -- profile login ${first.surface}`,
    };
  }
  const without = SURFACES.filter(
    ({ login, name }) => login === 'required' && !profiles.some(({ surface }) => surface === name),
  );
  const names = without.map(({ name }) => name).join(', ');
  const note = names === '' ? '' : `; none for ${names}, whose live captures will end in login_wall`;
  return { ok: true, detail: `${profiles.length} ready${note}` };
}
