import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode } from '../platform/database-error.ts';
import { Deadline } from '../platform/deadline.ts';
import type { Log } from '../platform/log.ts';
import { type Rounds, startRounds } from '../platform/rounds.ts';

const LOOK_EVERY_MS = 1_000;
const LOOK_MS = 5_000;
/** A browser's profile and the proof of what it captures fit in several times over. */
export const TOO_LITTLE_BYTES = 200_000_000;
/** Above this it is enough again: the distance keeps a disk at the edge from letting one capture in at a time. */
export const ENOUGH_BYTES = 300_000_000;

/** Whether the disk has room for captures, given whether it had before. Pure. */
export function hasRoom(had: boolean, freeBytes: number): boolean {
  return freeBytes >= (had ? TOO_LITTLE_BYTES : ENOUGH_BYTES);
}

export interface DiskGuardOptions {
  /** Where browsers and proof write. */
  paths: readonly string[];
  log: Log;
  /** Free bytes for this user on the file system of a path; tests hand in their own. */
  freeBytes?: (path: string) => Promise<number>;
}

/**
 * Looks once a second whether the disks a worker writes on have room. Where one has not, nothing new may begin: each
 * capture would lose its browser or its proof, and with it one of its attempts, for what only a person can mend.
 */
export class DiskGuard {
  readonly #options: DiskGuardOptions;
  #rounds: Rounds | undefined;
  #room = true;
  #freeBytes: number | null = null;

  constructor(options: DiskGuardOptions) {
    this.#options = options;
  }

  /** Whether captures may begin. */
  get room(): boolean {
    return this.#room;
  }

  /** Of the fullest of the disks, when last looked at; null before the first look. */
  get freeBytes(): number | null {
    return this.#freeBytes;
  }

  start(): void {
    const { log } = this.#options;
    this.#rounds = startRounds({
      ...{ round: () => this.look(), everyMs: LOOK_EVERY_MS },
      failed: (err) => log.warn({ err }, 'the free disk space could not be read'),
    });
  }

  async stop(): Promise<void> {
    await this.#rounds?.stop();
  }

  /** One look. */
  async look(): Promise<void> {
    const { paths, log, freeBytes = freeBytesOf } = this.#options;
    const free = await Deadline.after(LOOK_MS).run('disk', () => Promise.all(paths.map(freeBytes)));
    const least = Math.min(...free);
    const path = paths[free.indexOf(least)];
    const had = this.#room;
    this.#freeBytes = least;
    this.#room = hasRoom(had, least);
    if (this.#room === had) return;
    if (this.#room) return log.info({ path, freeBytes: least }, 'the disk has room again; captures go on');
    const fix = 'free some space, or set FLEET_DATA_DIR to a directory on another disk';
    log.error({ path, freeBytes: least, fix }, 'the disk is nearly full: this worker begins no capture');
  }
}

/** Asked of the nearest folder that is there: a data directory is made when it is first written to. */
async function freeBytesOf(path: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' || dirname(path) === path) throw error;
    return freeBytesOf(dirname(path));
  }
}
