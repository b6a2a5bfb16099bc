import { describe, expect, it } from 'vitest';
import { readCpuPressure, readMemory } from '../../../src/platform/machine-load.ts';
import { parseStat } from '../../../src/platform/process-table.ts';

const MEMINFO = 'MemTotal:       25165824 kB\nMemFree:         1000000 kB\nMemAvailable:   20971520 kB\n';
const GB = 1024 ** 3;

function files(given: Record<string, string>): (path: string) => string | undefined {
  return (path) => given[path];
}

describe('free memory', () => {
  it('is the machine’s where no container limits it', () => {
    const read = files({ '/proc/meminfo': MEMINFO, '/sys/fs/cgroup/memory.max': 'max\n' });
    expect(readMemory(read)).toEqual({ freeBytes: 20 * GB, totalBytes: 24 * GB });
  });

  it('is the container’s limit (cgroup v2) without the page cache that the kernel would give up at once', () => {
    const read = files({
      '/proc/meminfo': MEMINFO,
      '/proc/self/cgroup': '0::/\n',
      '/sys/fs/cgroup/memory.max': `${4 * GB}\n`,
      '/sys/fs/cgroup/memory.current': `${3 * GB}\n`,
      '/sys/fs/cgroup/memory.stat': `anon 1\nactive_file 5\ninactive_file ${2 * GB}\n`,
    });
    expect(readMemory(read)).toEqual({ freeBytes: 3 * GB, totalBytes: 4 * GB });
  });

  it('is what the tightest of the groups around it leaves, a slice that is throttled before it is full among them', () => {
    const group = (folder: string, limit: [string, number], usage: number) => ({
      [`${folder}/${limit[0]}`]: `${limit[1]}\n`,
      [`${folder}/memory.current`]: `${usage}\n`,
    });
    const read = files({
      '/proc/meminfo': MEMINFO,
      '/proc/self/cgroup': '0::/fleet.slice/worker.service\n',
      ...group('/sys/fs/cgroup/fleet.slice/worker.service', ['memory.max', 8 * GB], GB),
      ...group('/sys/fs/cgroup/fleet.slice', ['memory.high', 6 * GB], 5 * GB),
    });
    expect(readMemory(read)).toEqual({ freeBytes: GB, totalBytes: 6 * GB });
  });

  it('is the container’s limit under cgroup v1 as well', () => {
    const read = files({
      '/proc/meminfo': MEMINFO,
      '/proc/self/cgroup': '4:memory:/pod/one\n0::/\n',
      '/sys/fs/cgroup/memory/pod/one/memory.limit_in_bytes': `${2 * GB}\n`,
      '/sys/fs/cgroup/memory/pod/one/memory.usage_in_bytes': `${GB}\n`,
      '/sys/fs/cgroup/memory/pod/one/memory.stat': `inactive_file 7\ntotal_inactive_file ${GB / 2}\n`,
    });
    expect(readMemory(read)).toEqual({ freeBytes: 1.5 * GB, totalBytes: 2 * GB });
  });

  it('takes no limit for none: cgroup v1 reports a number near the largest', () => {
    const read = files({
      '/proc/meminfo': MEMINFO,
      '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
      '/sys/fs/cgroup/memory/memory.usage_in_bytes': '1\n',
    });
    expect(readMemory(read).totalBytes).toBe(24 * GB);
  });
});

describe('processor pressure', () => {
  const machine = { '/proc/pressure/cpu': 'some avg10=43.37 avg60=38.54 avg300=34.42 total=1\n' };

  it('is the kernel’s own figure, the container’s before the machine’s', () => {
    expect(readCpuPressure(files(machine))).toBeCloseTo(0.4337);
    const own = {
      '/proc/self/cgroup': '0::/a\n',
      '/sys/fs/cgroup/a/cpu.pressure': 'some avg10=90.00 avg60=1\n',
    };
    expect(readCpuPressure(files({ ...machine, ...own }))).toBeCloseTo(0.9);
  });

  it('is guessed from the load where the kernel tells none', () => {
    const guessed = readCpuPressure(files({}));
    expect(guessed).toBeGreaterThanOrEqual(0);
    expect(guessed).toBeLessThanOrEqual(1);
  });
});

describe('a line of /proc/PID/stat', () => {
  const fields = (state: string): string =>
    `4711 (a (strange) name) ${state} 17 4700 4700 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 9 0 123456 1000 50 18446744073709551615`;

  it('is read from behind the name, which may hold anything', () => {
    expect(parseStat(fields('S'))).toEqual({ pid: 4711, parent: 17, group: 4700, startTicks: 123456 });
  });

  it('tells nothing of a process that has ended and only waits to be collected', () => {
    expect(parseStat(fields('Z'))).toBeUndefined();
  });
});
