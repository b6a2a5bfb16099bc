import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { say } from './say.mjs';

const POLL_MS = 200;
/** No installation takes longer: an older lock is a dead one whose process id was given out again. */
const STALE_MS = 30 * 60_000;

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM'; // Another user's process: it runs.
  }
}

/** The process that holds the lock, or undefined when nobody alive does. */
function holderOf(file) {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    return isRunning(pid) && Date.now() - statSync(file).mtimeMs < STALE_MS ? pid : undefined;
  } catch {
    return undefined; // Released a moment ago.
  }
}

/** Creates the lock whole (a link to a written file), so that nobody reads half a process id. */
function tryTake(file, draft) {
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  }
}

function clearDead(file) {
  if (holderOf(file) !== undefined) return;
  try {
    const grave = `${file}.${process.pid}.dead`;
    renameSync(file, grave);
    rmSync(grave, { force: true });
  } catch (error) {
    if (error.code !== 'ENOENT') throw error; // Another waiter was quicker.
  }
}

/** Runs `work` while no other set-up of this checkout does. Waits for one that is under way and says so. */
export async function exclusively(root, work) {
  const directory = join(root, '.fleet');
  mkdirSync(directory, { recursive: true });
  const file = join(directory, 'setup.lock');
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, String(process.pid));
  try {
    for (let waited = false; !tryTake(file, draft); waited = true) {
      const holder = holderOf(file);
      if (holder === undefined) clearDead(file);
      else if (!waited) say(`waiting for another set-up of this checkout (process ${holder})`);
      await sleep(POLL_MS);
    }
  } finally {
    rmSync(draft, { force: true });
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}
