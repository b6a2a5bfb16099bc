import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';

const ownerSchema = z.object({ pid: z.int(), startedAt: z.string(), command: z.string() });

/** Who owns a directory. */
export type Owner = z.infer<typeof ownerSchema>;

export type OwnerLockResult = { held: true; release: () => void } | { held: false; owner: Owner | undefined };

/** SQLite's "another connection has the lock" (sqlite.org/rescode.html#busy, read 2026-11). */
const SQLITE_BUSY = 5;

function lockedByAnother(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}

async function readOwner(file: string): Promise<Owner | undefined> {
  try {
    return ownerSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    // The holder took the lock a moment ago and has not written its name yet; that it is held is what counts.
    return undefined;
  }
}

/**
 * Makes this process the one owner of `directory`, or tells who is. The lock is the kernel's own (SQLite's exclusive
 * file lock), so it ends with its process however that dies, and a pid that was given out again cannot fool it.
 * Throws what the file system throws when the directory cannot be written.
 */
export async function acquireOwnerLock(directory: string, owner: Owner): Promise<OwnerLockResult> {
  const nameFile = join(directory, 'owner.json');
  const lock = new DatabaseSync(join(directory, 'owner.lock'), { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (!lockedByAnother(error)) throw error;
    return { held: false, owner: await readOwner(nameFile) };
  }
  const draft = join(directory, `owner.${owner.pid}.json`);
  await writeFile(draft, `${JSON.stringify(owner)}\n`);
  await rename(draft, nameFile);
  return {
    held: true,
    release: () => {
      if (lock.isOpen) lock.close();
    },
  };
}
