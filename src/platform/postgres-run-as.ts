import { type SpawnOptions, spawnSync } from 'node:child_process';
import { chownSync, lchownSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FleetError } from '../contract/errors.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';

/** A user of this machine that the server may run as. */
export interface Account {
  name: string;
  uid: number;
  gid: number;
}

/** One way of starting PostgreSQL's programs so that they do not see themselves as root (they refuse it). */
export interface RunAs {
  /** Said in the log. */
  how: string;
  /** Whom the files under the database directory must belong to. */
  owner: { uid: number; gid: number } | undefined;
  wrap: (program: string, args: readonly string[]) => { file: string; args: string[]; options: SpawnOptions };
}

const PREFERRED_ACCOUNTS = ['postgres', 'nobody', 'daemon'];
const PROBE_TIMEOUT_MS = 10_000;

/** The account to run as, out of the text of /etc/passwd: PostgreSQL wants one that has a name. */
export function pickAccount(passwd: string): Account | undefined {
  const accounts = passwd.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    const account = { name: name ?? '', uid: Number(uid), gid: Number(gid) };
    return account.uid > 0 && Number.isInteger(account.gid) ? [account] : [];
  });
  for (const name of PREFERRED_ACCOUNTS) {
    const found = accounts.find((account) => account.name === name);
    if (found) return found;
  }
  return accounts[0];
}

/**
 * Ways for root, best first. `plain` needs paths that others may enter. `setpriv` keeps the one capability that
 * enters closed directories (mktemp -d makes such), as an ambient one, so that it outlives the change of user.
 * `unshare` stays root outside and is the account inside a user namespace.
 */
export function waysForRoot(account: Account): RunAs[] {
  const { uid, gid } = account;
  const setpriv = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
  // Without the secure bit, access(2), by which initdb looks for postgres, ignores the capability of a user not root.
  const secureBits = '--securebits=+no_setuid_fixup';
  const capability = [secureBits, '--inh-caps=-all,+dac_override', '--ambient-caps=-all,+dac_override', '--'];
  const namespace = ['--user', `--map-user=${uid}`, `--map-group=${gid}`, '--'];
  return [
    {
      how: `as user ${account.name}`,
      owner: { uid, gid },
      wrap: (program, args) => ({ file: program, args: [...args], options: { uid, gid } }),
    },
    {
      how: `as user ${account.name} with CAP_DAC_OVERRIDE`,
      owner: { uid, gid },
      wrap: (program, args) => ({
        file: 'setpriv',
        args: [...setpriv, ...capability, program, ...args],
        options: {},
      }),
    },
    {
      how: `as user ${account.name} of a user namespace`,
      owner: { uid: 0, gid: 0 },
      wrap: (program, args) => ({ file: 'unshare', args: [...namespace, program, ...args], options: {} }),
    },
  ];
}

const AS_MYSELF: RunAs = {
  how: 'as the current user',
  owner: undefined,
  wrap: (program, args) => ({ file: program, args: [...args], options: {} }),
};

function chownTree(path: string, uid: number, gid: number): void {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const child = join(path, entry.name);
    if (entry.isDirectory()) chownTree(child, uid, gid);
    else lchownSync(child, uid, gid);
  }
  chownSync(path, uid, gid);
}

/** Hands the whole directory to the owner that `runAs` needs. Costs nothing when it is so already. */
export function handOver(directory: string, runAs: RunAs): void {
  if (!runAs.owner) return;
  const { uid, gid } = runAs.owner;
  const entries = readdirSync(directory).map((name) => lstatSync(join(directory, name)).uid);
  if ([lstatSync(directory).uid, ...entries].some((owner) => owner !== uid)) chownTree(directory, uid, gid);
}

/** Why this way does not work here, or undefined when it does. */
function problemOf(way: RunAs, binaries: PostgresBinaries, directory: string): string | undefined {
  if (way.owner) chownSync(directory, way.owner.uid, way.owner.gid);
  const script = 'test -w "$2" && test -x "$3" && "$1" --version && "$3" --version';
  const call = way.wrap('/bin/sh', ['-c', script, 'sh', binaries.postgres, directory, binaries.initdb]);
  const probe = spawnSync(call.file, call.args, {
    uid: call.options.uid,
    gid: call.options.gid,
    cwd: '/',
    encoding: 'utf8',
    timeout: PROBE_TIMEOUT_MS,
  });
  if (probe.error) return probe.error.message;
  if (probe.status === 0) return undefined;
  return probe.stderr.trim().split('\n').at(-1) || 'cannot enter the directories';
}

/**
 * The first way that can run the programs and write `directory` (which must exist and changes owner for it).
 * Throws DATABASE_UNAVAILABLE, with why each way failed, when none can.
 */
export function chooseRunAs(binaries: PostgresBinaries, directory: string): RunAs {
  const ways = process.geteuid?.() === 0 ? rootWays() : [AS_MYSELF];
  const problems: string[] = [];
  for (const way of ways) {
    const problem = problemOf(way, binaries, directory);
    if (problem === undefined) return way;
    problems.push(`${way.how}: ${problem}`);
  }
  throw new FleetError(
    'DATABASE_UNAVAILABLE',
    `the embedded PostgreSQL cannot be run here (${problems.join('; ') || 'no user but root exists'})`,
    { fix: 'run as a user other than root, or set DATABASE_URL to a PostgreSQL 14 or newer' },
  );
}

function rootWays(): RunAs[] {
  const account = pickAccount(readFileSync('/etc/passwd', 'utf8'));
  return account ? waysForRoot(account) : [];
}
