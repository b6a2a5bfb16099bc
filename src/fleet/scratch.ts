import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { rm, rmdir } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import type { Log } from '../platform/log.ts';
import { HAS_PROCESS_TABLE, readProcess } from '../platform/process-table.ts';
import type { ProcessTree } from './process-tree.ts';

/**
 * Longest folder Chromium may get as TMPDIR: it puts `/.org.chromium.Chromium.scoped_dir.XXXXXX/SingletonSocket` in it,
 * and a unix socket's path has 107 characters at most (man 7 unix; browserless b4e8210, 2026-08-04).
 */
const LONGEST_FOLDER = 48;
const LONGEST_ID = 22;
const DELETE_RETRIES_MS = [0, 200, 400, 800];
/** Folders of another host or process namespace cannot be judged by their owner; no browser lives this long. */
export const FOREIGN_AGE_MS = 24 * 3_600_000;

/** Who owns a browser: a process, named so that a reused pid cannot be taken for it. */
export interface Owner {
  /** Host and pid namespace, hashed: pids mean something only inside. */
  scope: string;
  pid: number;
  startTicks: number;
}

/** A browser's mark: owner and number. It names the scratch folder and stands on the process as a switch. */
export interface BrowserMark extends Owner {
  serial: number;
}

/** One browser's folder: profile, temp files, downloads. */
export interface Scratch {
  id: string;
  path: string;
  /** Value of the switch that marks the browser's process. */
  mark: string;
}

/** A folder as it lies there. */
export interface ScratchFolder {
  id: string;
  ageMs: number;
  /** Processes of its browser; undefined when it never got so far as to note them. */
  tree: ProcessTree | undefined;
}

/** Switch (`--name=mark`) of a browser's own process; Chromium ignores it, and does not hand it on to its children. */
export const MARK_SWITCH = '--capture-fleet-browser';
/** In each folder: the process group of its browser, by which the children are known when the browser itself is gone. */
const TREE_FILE = 'tree.json';

const treeSchema = z.object({ group: z.int().positive(), leaderStart: z.number().optional() });

/** `scope-pid-start-serial`, numbers in base 36. Pure. */
export function formatMark({ scope, pid, startTicks, serial }: BrowserMark): string {
  return [scope, ...[pid, startTicks, serial].map((part) => part.toString(36))].join('-');
}

/** The mark of a folder's name; undefined for anything else. Pure. */
export function parseMark(text: string): BrowserMark | undefined {
  const [, scope = '', pid = '', start = '', serial = ''] =
    /^([0-9a-f]{4})-([0-9a-z]+)-([0-9a-z]+)-([0-9a-z]+)$/.exec(text) ?? [];
  const [ownerPid, startTicks, number] = [pid, start, serial].map((part) => Number.parseInt(part, 36));
  if (ownerPid === undefined || startTicks === undefined || number === undefined || scope === '')
    return undefined;
  return { scope, pid: ownerPid, startTicks, serial: number };
}

/** This process as an owner. */
export function ownIdentity(): Owner {
  let namespace = '';
  try {
    namespace = readlinkSync('/proc/self/ns/pid');
  } catch {
    // No /proc (macOS): the host name alone has to do.
  }
  return {
    scope: shortHash(`${hostname()} ${namespace}`, 4),
    pid: process.pid,
    startTicks: readProcess(process.pid)?.startTicks ?? 0,
  };
}

/** Whether the owner's process still runs. Only for owners of this process's own scope. */
export function ownerLives({ pid, startTicks }: Owner): boolean {
  if (HAS_PROCESS_TABLE) return readProcess(pid)?.startTicks === startTicks;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Where the browsers' folders lie: under the data directory, or, when that path is too long, under the system's temp. Pure. */
export function scratchFolder(dataDir: string | undefined, temp: string, user: number): string {
  if (dataDir === undefined) return join(temp, `capture-fleet-${user}`);
  const wanted = join(resolve(dataDir), 'browsers');
  if (wanted.length + 1 + LONGEST_ID <= LONGEST_FOLDER) return wanted;
  return join(temp, `cf-${user}-${shortHash(wanted, 8)}`);
}

let lastSerial = 0;
/** The ledger: browsers of this process, whoever in it launched them. */
const ledger = new Set<string>();

/** The folders of one fleet's browsers on this machine. */
export class ScratchRoot {
  readonly path: string;
  /** Tells the browsers of this fleet from those of another on the same machine. */
  readonly fleet: string;
  readonly owner = ownIdentity();
  readonly #log: Log;

  constructor(dataDir: string | undefined, log: Log) {
    this.path = scratchFolder(dataDir, tmpdir(), process.getuid?.() ?? 0);
    this.fleet = shortHash(this.path, 6);
    this.#log = log;
  }

  /** The ledger: ids of this process's browsers, from before their launch until their folder is gone. */
  get ids(): ReadonlySet<string> {
    return ledger;
  }

  /** A new, empty folder for one browser. */
  create(): Scratch {
    const id = formatMark({ ...this.owner, serial: ++lastSerial });
    const path = join(this.path, id);
    ledger.add(id);
    try {
      mkdirSync(path, { recursive: true, mode: 0o700 });
    } catch {
      mkdirSync(path, { recursive: true, mode: 0o700 }); // The empty root was removed in this very moment.
    }
    return { id, path, mark: `${this.fleet}.${id}` };
  }

  /** Deletes a browser's folder; Chromium may still write for a moment, so it is tried again. False when it stayed. */
  async remove(id: string): Promise<boolean> {
    for (const waitMs of DELETE_RETRIES_MS) {
      if (waitMs > 0) await new Promise((done) => setTimeout(done, waitMs));
      try {
        await rm(join(this.path, id), { recursive: true, force: true });
        ledger.delete(id);
        await this.#removeWhenEmpty();
        return true;
      } catch (error) {
        this.#log.debug({ err: error, id }, 'a browser folder could not be deleted yet');
      }
    }
    // Out of the ledger all the same: the browser is gone, and the reaper's next look finds the folder.
    ledger.delete(id);
    this.#log.warn({ id }, 'a browser folder stays; the reaper will try again');
    return false;
  }

  /** Data directories come and go; what stands for them in the system's temp folder must not stay. */
  async #removeWhenEmpty(): Promise<void> {
    try {
      await rmdir(this.path);
    } catch {
      // Other browsers' folders are in it, which is ordinary.
    }
  }

  /** Notes in the folder which processes its browser has. */
  note(id: string, tree: ProcessTree): void {
    writeFileSync(join(this.path, id, TREE_FILE), JSON.stringify(tree));
  }

  /** Folders that lie there. */
  list(now: number): ScratchFolder[] {
    if (!existsSync(this.path)) return [];
    return readdirSync(this.path).flatMap((id) => {
      try {
        const folder = join(this.path, id);
        return [{ id, ageMs: now - statSync(folder).mtimeMs, tree: readTree(join(folder, TREE_FILE)) }];
      } catch {
        return []; // Deleted between the two looks.
      }
    });
  }
}

function readTree(file: string): ProcessTree | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const { group, leaderStart } = treeSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    return { group, leaderStart };
  } catch {
    return undefined; // Half written by a process that was killed: then its browser died with it.
  }
}

function shortHash(text: string, length: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length);
}
