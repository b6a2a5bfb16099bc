import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatMark, MARK_SWITCH, ScratchRoot } from '../../src/fleet/scratch.ts';
import { REPAIRED } from '../../src/jobs/reconcile.ts';
import { HAS_PROCESS_TABLE } from '../../src/platform/process-table.ts';
import { testLog } from '../integration/database.ts';
import { watchBrowserGroups } from './browser-groups.ts';
import { leftBehind, repairsIn } from './snapshot.ts';
import { Supervised } from './supervised.ts';
import { ended } from './worker-process.ts';

const SLEEP = 'setTimeout(() => undefined, 120_000); console.log("up")';

let root: string;
let world: Parameters<typeof leftBehind>[0];
const started: ChildProcess[] = [];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cx'));
  for (const folder of ['t', 'w0/browsers']) mkdirSync(join(root, folder), { recursive: true });
  const clockFile = join(root, 'worker-0.clock');
  const worker = new Supervised({
    ...{ name: 'worker-0', command: 'worker', ready: 'never', environment: {}, clockFile },
    onLog: () => undefined,
  });
  const browserGroups = watchBrowserGroups([join(root, 'w0')]);
  world = {
    root,
    processes: new Map([['worker-0', worker]]),
    dataDir: () => join(root, 'w0'),
    browserGroups,
  };
});
afterEach(async () => {
  world.browserGroups.stop();
  for (const child of started.splice(0)) {
    child.kill('SIGKILL');
    await ended(child);
  }
  rmSync(root, { recursive: true, force: true });
});

async function stray(args: string[], environment: Record<string, string>): Promise<number | undefined> {
  const child = spawn(process.execPath, ['-e', SLEEP, '--', ...args], {
    ...{ env: environment, stdio: ['ignore', 'pipe', 'ignore'] },
  });
  started.push(child);
  if (child.stdout !== null) await once(child.stdout, 'data');
  return child.pid;
}

describe.runIf(HAS_PROCESS_TABLE)('what a chaos run finds left behind', () => {
  it('is nothing where nothing is, whatever else runs on the machine', async () => {
    await stray(['--user-data-dir=/tmp/other'], { TMPDIR: '/tmp' });
    await stray([], { PGDATA: join(root, 'pg/data') }); // Its Postgres ends last.
    expect(leftBehind(world)).toEqual({ processes: [], folders: [] });
  });

  it('is a process that only its command line, or only its environment gives away', async () => {
    const told = await stray([`--user-data-dir=${root}/w0/browsers/a`], {});
    const silent = await stray([], { TMPDIR: `${root}/t` });
    const { processes } = leftBehind(world);
    expect(processes.map((line) => Number(line.split(' ')[0])).sort()).toEqual([told, silent].sort());
  });

  it('is a child of a browser that is gone, folder and all, which nothing but its group gives away', async () => {
    const scratch = new ScratchRoot(join(root, 'w0'), testLog);
    const mark = `${MARK_SWITCH}=${scratch.fleet}.${formatMark({ ...scratch.owner, serial: 1 })}`;
    const child = `require('node:child_process').spawn('sleep', ['120'], { env: {} }); ${SLEEP}`;
    const browser = spawn(process.execPath, ['-e', child, '--', mark], {
      ...{ detached: true, env: {}, stdio: ['ignore', 'pipe', 'ignore'] },
    });
    started.push(browser);
    if (browser.stdout !== null) await once(browser.stdout, 'data');
    world.browserGroups.look();
    browser.kill('SIGKILL');
    await once(browser, 'exit');
    const { processes } = leftBehind(world);
    try {
      expect(processes.map((line) => line.trim().split(' ').slice(1).join(' '))).toEqual(['sleep 120']);
    } finally {
      for (const line of processes) process.kill(Number(line.split(' ')[0]), 'SIGKILL');
    }
  });

  it('is a folder of a browser and a temporary file', () => {
    mkdirSync(join(root, 'w0/browsers/a'));
    writeFileSync(join(root, 't/file'), '');
    expect([...leftBehind(world).folders].sort()).toEqual([
      join(root, 't/file'),
      join(root, 'w0/browsers/a'),
    ]);
  });
});

describe('what a chaos run finds repaired', () => {
  it('is each time a log tells of it', () => {
    const lines = ['hello', REPAIRED].map((msg) => JSON.stringify({ level: 50, msg }));
    writeFileSync(join(root, 'worker-0.log'), lines.join('\n'));
    writeFileSync(join(root, 'api-0.log'), '{"msg":"hello"}\n');
    expect(repairsIn(root)).toHaveLength(1);
  });
});
