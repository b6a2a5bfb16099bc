import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  DiskGuard,
  ENOUGH,
  type FreeRoom,
  freeRoom,
  hasRoom,
  TOO_LITTLE,
} from '../../../src/fleet/disk-guard.ts';
import { createLog, type Log } from '../../../src/platform/log.ts';

const log: Log = createLog('silent', 'test');

describe('a disk that fills up', () => {
  it('lets nothing begin below the mark, and again only well above it', () => {
    expect(hasRoom(true, TOO_LITTLE)).toBe(true);
    expect(hasRoom(false, ENOUGH)).toBe(true);
    for (const what of ['bytes', 'files'] as const) {
      const oneLess = (of: typeof ENOUGH) => ({ ...ENOUGH, [what]: of[what] - 1 });
      expect(hasRoom(true, oneLess(TOO_LITTLE)), what).toBe(false);
      expect(hasRoom(false, oneLess(ENOUGH)), what).toBe(false);
      expect(hasRoom(true, oneLess(ENOUGH)), what).toBe(true);
    }
  });

  it('counts as full when one of those that are written to is, of bytes or of files', async () => {
    const free: Record<string, FreeRoom> = {
      '/proof': { bytes: 9e9, files: 9e5 },
      '/scratch': { bytes: 9e9, files: null },
    };
    const guard = new DiskGuard({
      ...{ paths: Object.keys(free), log },
      free: async (path) => free[path] ?? { bytes: 0, files: 0 },
    });
    const seen: unknown[] = [];
    const look = async (path: string, room: FreeRoom): Promise<void> => {
      free[path] = room;
      await guard.look();
      seen.push([guard.room, guard.freeBytes, guard.freeFiles]);
    };
    for (const bytes of [9e9, 1e8, 2.5e8, 4e8]) await look('/scratch', { bytes, files: null });
    for (const files of [4_000, 6_000, 8_000]) await look('/proof', { bytes: 9e9, files });
    expect(seen).toEqual([
      [true, 9e9, 9e5],
      [false, 1e8, 9e5],
      [false, 2.5e8, 9e5],
      [true, 4e8, 9e5],
      [false, 4e8, 4_000],
      [false, 4e8, 6_000],
      [true, 4e8, 8_000],
    ]);
  });

  it('that counts no files, as btrfs says by 0 of 0, is never out of them', () => {
    const told = { bavail: 1e6, bsize: 4_096, files: 0, ffree: 0 };
    expect(freeRoom(told)).toEqual({ bytes: 4.096e9, files: null });
    expect(hasRoom(true, freeRoom(told))).toBe(true);
    expect(freeRoom({ ...told, files: 1e6, ffree: 0 }).files).toBe(0);
  });

  it('is asked of the folder above where the data directory is not there yet', async () => {
    const guard = new DiskGuard({ paths: [join(import.meta.dirname, 'nowhere', 'yet')], log });
    await guard.look();
    expect(guard.freeBytes).toBeGreaterThan(0);
  });

  it('is left as it was where it cannot be read', async () => {
    const guard = new DiskGuard({
      ...{ paths: ['/data'], log },
      free: () => Promise.reject(new Error('EIO')),
    });
    await expect(guard.look()).rejects.toThrow('EIO');
    expect(guard.room).toBe(true);
  });
});
