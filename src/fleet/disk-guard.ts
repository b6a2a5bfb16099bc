import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode } from '../platform/database-error.ts';
import { Deadline } from '../platform/deadline.ts';
import type { Log } from '../platform/log.ts';
import { type Rounds, startRounds } from '../platform/rounds.ts';

const LOOK_EVERY_MS = 1_000;
const LOOK_MS = 5_000;
/** A browser's profile and the proof of what it captures fit in several times over. */
export const TOO_LITTLE: Room = { bytes: 200_000_000, files: 5_000 };
/** Above this it is enough again: the distance keeps a disk at the edge from letting one capture in at a time. */
export const ENOUGH: Room = { bytes: 300_000_000, files: 7_500 };

interface Room {
  bytes: number;
  files: number;
}

/** What is free on a file system for this user. */
export interface FreeRoom {
  bytes: number;
  /** Files that may still be made (inodes); null where the file system makes them as they are needed. */
  files: number | null;
}

/** Whether the disk has room for captures, given whether it had before. Pure. */
export function hasRoom(had: boolean, { bytes, files }: FreeRoom): boolean {
  const least = had ? TOO_LITTLE : ENOUGH;
  return bytes >= least.bytes && (files === null || files >= least.files);
}

/** What `statfs` says, read: btrfs and others count no files, and say that there are 0 of 0. Pure. */
export function freeRoom(told: { bavail: number; bsize: number; files: number; ffree: number }): FreeRoom {
  return { bytes: told.bavail * told.bsize, files: told.files === 0 ? null : told.ffree };
}

export interface DiskGuardOptions {
  /** Where browsers and proof write. */
  paths: readonly string[];
  log: Log;
  /** What is free on the file system of a path; tests hand in their own. */
  free?: (path: string) => Promise<FreeRoom>;
}

/**
 * Looks once a second whether the disks a worker writes on have room, for bytes and for files. Where one has not, nothing new
 * may begin: each capture would lose its browser or its proof, and with it one of its attempts, for what only a person can mend.
 */
export class DiskGuard {
  readonly #options: DiskGuardOptions;
  #rounds: Rounds | undefined;
  #room = true;
  #free: { bytes: number | null; files: number | null } = { bytes: null, files: null };

  constructor(options: DiskGuardOptions) {
    this.#options = options;
  }

  /** Whether captures may begin. */
  get room(): boolean {
    return this.#room;
  }

  /** Of the fullest of the disks, when last looked at; null before the first look. */
  get freeBytes(): number | null {
    return this.#free.bytes;
  }

  /** Files that the disk with the fewest left still takes; null before the first look, and where none counts them. */
  get freeFiles(): number | null {
    return this.#free.files;
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
    const { paths, log, free = freeOf } = this.#options;
    const rooms = await Deadline.after(LOOK_MS).run('disk', () => Promise.all(paths.map(free)));
    const files = rooms.flatMap((room) => (room.files === null ? [] : [room.files]));
    const had = this.#room;
    this.#free = {
      bytes: Math.min(...rooms.map(({ bytes }) => bytes)),
      files: files.length === 0 ? null : Math.min(...files),
    };
    const full = rooms.findIndex((room) => !hasRoom(had, room));
    this.#room = full < 0;
    if (this.#room === had) return;
    if (this.#room) return log.info(this.#free, 'the disk has room again; captures go on');
    const fix = 'free some space or files (df, df -i), or set FLEET_DATA_DIR to a directory on another disk';
    log.error(
      { path: paths[full], ...rooms[full], fix },
      'the disk is nearly full: this worker begins no capture',
    );
  }
}

/** Asked of the nearest folder that is there: a data directory is made when it is first written to. */
async function freeOf(path: string): Promise<FreeRoom> {
  try {
    return freeRoom(await statfs(path));
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' || dirname(path) === path) throw error;
    return freeOf(dirname(path));
  }
}
