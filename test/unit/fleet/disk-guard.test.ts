import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DiskGuard, ENOUGH_BYTES, hasRoom, TOO_LITTLE_BYTES } from '../../../src/fleet/disk-guard.ts';
import { createLog, type Log } from '../../../src/platform/log.ts';

const log: Log = createLog('silent', 'test');

describe('a disk that fills up', () => {
  it('lets nothing begin below the mark, and again only well above it', () => {
    expect(hasRoom(true, TOO_LITTLE_BYTES)).toBe(true);
    expect(hasRoom(true, TOO_LITTLE_BYTES - 1)).toBe(false);
    expect(hasRoom(false, ENOUGH_BYTES - 1)).toBe(false);
    expect(hasRoom(false, ENOUGH_BYTES)).toBe(true);
  });

  it('counts as full when one of those that are written to is', async () => {
    const free: Record<string, number> = { '/proof': 9e9, '/scratch': 9e9 };
    const guard = new DiskGuard({
      ...{ paths: Object.keys(free), log },
      freeBytes: async (path) => free[path] ?? 0,
    });
    const seen: unknown[] = [];
    for (const bytes of [9e9, 1e8, 2.5e8, 4e8]) {
      free['/scratch'] = bytes;
      await guard.look();
      seen.push([guard.room, guard.freeBytes]);
    }
    expect(seen).toEqual([
      [true, 9e9],
      [false, 1e8],
      [false, 2.5e8],
      [true, 4e8],
    ]);
  });

  it('is asked of the folder above where the data directory is not there yet', async () => {
    const guard = new DiskGuard({ paths: [join(import.meta.dirname, 'nowhere', 'yet')], log });
    await guard.look();
    expect(guard.freeBytes).toBeGreaterThan(0);
  });

  it('is left as it was where it cannot be read', async () => {
    const guard = new DiskGuard({
      ...{ paths: ['/data'], log },
      freeBytes: () => Promise.reject(new Error('EIO')),
    });
    await expect(guard.look()).rejects.toThrow('EIO');
    expect(guard.room).toBe(true);
  });
});
