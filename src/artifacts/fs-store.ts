import { randomBytes } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { FleetError } from '../contract/errors.ts';
import { sha256Hex } from '../platform/identifiers.ts';
import type { ArtifactKind, ArtifactStore, StoredArtifact, StoredObject } from './artifact-store.ts';

/** Marks files that are still being written; a sweep may remove old ones. */
export const PARTIAL_SUFFIX = '.partial';

/** Artefacts as files under one directory. */
export class FsArtifactStore implements ArtifactStore {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  async put(key: string, data: Uint8Array, sha256?: string): Promise<StoredArtifact> {
    const path = this.#path(key);
    const partial = `${path}.${randomBytes(4).toString('hex')}${PARTIAL_SUFFIX}`;
    try {
      await writeThrough(partial, data);
      await rename(partial, path);
      await syncDirectory(dirname(path));
    } catch (cause) {
      // What keeps the file from being written may keep it from being removed; the first error is the one to report.
      await rm(partial, { force: true }).catch(() => undefined);
      throw writeError(path, cause);
    }
    return { key, sha256: sha256 ?? sha256Hex(data), bytes: data.byteLength };
  }

  async get(key: string, sha256?: string | null): Promise<Buffer> {
    const path = this.#path(key);
    let data: Buffer;
    try {
      data = await readFile(path);
    } catch (cause) {
      if (errorCode(cause) === 'ENOENT')
        throw new FleetError('ARTIFACT_NOT_FOUND', `no artefact ${key}`, { cause });
      throw new FleetError('ARTIFACT_UNAVAILABLE', `artefact ${key} cannot be read: ${messageOf(cause)}`, {
        cause,
      });
    }
    if (sha256 && sha256Hex(data) !== sha256) {
      throw new FleetError('ARTIFACT_CORRUPT', `artefact ${key} does not match its recorded sha256`);
    }
    return data;
  }

  async delete(key: string): Promise<void> {
    await rm(this.#path(key), { force: true });
  }

  async list(folder: string, prefix: string): Promise<string[]> {
    try {
      const names = await readdir(this.#path(folder));
      return names
        .filter((name) => name.startsWith(prefix) && !name.endsWith(PARTIAL_SUFFIX))
        .sort()
        .map((name) => `${folder}/${name}`);
    } catch (cause) {
      if (errorCode(cause) === 'ENOENT') return [];
      throw cause;
    }
  }

  async *walk(kind: ArtifactKind): AsyncIterable<StoredObject> {
    yield* this.#walk(kind);
  }

  /** One directory after the other, so that a store of millions needs the memory of one day. */
  async *#walk(folder: string): AsyncIterable<StoredObject> {
    for (const entry of await entriesOf(this.#path(folder))) {
      const key = `${folder}/${entry.name}`;
      if (entry.isDirectory()) yield* this.#walk(key);
      else yield { key, modifiedAt: (await stat(this.#path(key))).mtimeMs };
    }
  }

  describe(key: string): string {
    return this.#path(key);
  }

  /** Proves that the directory can be written; throws ARTIFACT_WRITE_FAILED with what to do. */
  async probe(): Promise<void> {
    const key = `.probe-${randomBytes(4).toString('hex')}`;
    await this.put(key, Buffer.from('probe'));
    await this.delete(key);
  }

  #path(key: string): string {
    const parts = key.split('/');
    if (
      parts.some(
        (part) => part === '' || part === '.' || part === '..' || part.includes(sep) || part.includes('\0'),
      )
    ) {
      throw new FleetError('ARTIFACT_NOT_FOUND', `not an artefact key: ${JSON.stringify(key)}`);
    }
    return join(this.#root, ...parts);
  }
}

async function entriesOf(path: string): Promise<Dirent[]> {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return [];
    throw cause;
  }
}

async function writeThrough(path: string, data: Uint8Array): Promise<void> {
  const file = await openNew(path);
  try {
    await file.writeFile(data);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Its directory is made where it is missing: a day's first file finds none, all others do. */
async function openNew(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx', 0o644);
  } catch (cause) {
    if (errorCode(cause) !== 'ENOENT') throw cause;
    await mkdir(dirname(path), { recursive: true });
    return open(path, 'wx', 0o644);
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const FIXES: Readonly<Record<string, string>> = {
  ENOSPC: 'free some disk space, or point FLEET_DATA_DIR at a larger disk',
  EACCES: 'make the directory writable for this user, or set FLEET_DATA_DIR',
  EPERM: 'make the directory writable for this user, or set FLEET_DATA_DIR',
  EROFS: 'the file system is read-only; set FLEET_DATA_DIR to a writable one',
  ENOTDIR: 'a file stands where a directory is needed; set FLEET_DATA_DIR to another place',
};

function writeError(path: string, cause: unknown): FleetError {
  const fix = FIXES[errorCode(cause) ?? ''];
  return new FleetError('ARTIFACT_WRITE_FAILED', `cannot write ${path}: ${messageOf(cause)}`, {
    cause,
    ...(fix === undefined ? {} : { fix }),
  });
}
