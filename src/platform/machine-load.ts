import { readFileSync } from 'node:fs';
import { cpus, freemem, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';

/** Reads one small file of the kernel; undefined when there is none. */
export type ReadKernelFile = (path: string) => string | undefined;

export interface MachineMemory {
  freeBytes: number;
  totalBytes: number;
}

const CGROUP = '/sys/fs/cgroup';
/** A cgroup without a limit reports something near the largest number it can. */
const NO_LIMIT = 2 ** 60;

/** A kernel file's text, or undefined. */
export function readKernelFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // Not this kind of machine or cgroup: the next source is asked.
  }
}

/**
 * Free and total memory for this process: the tightest limit of its container and the groups around it (cgroup v2, else v1)
 * where there is one, else the machine's. Page cache that the kernel would give up at once (`inactive_file`) counts as free, or a worker that
 * writes proof would look overloaded.
 */
export function readMemory(read: ReadKernelFile = readKernelFile): MachineMemory {
  const machine = machineMemory(read);
  const container = containerMemory(read);
  if (container === undefined || container.totalBytes >= machine.totalBytes) return machine;
  return { freeBytes: Math.min(container.freeBytes, machine.freeBytes), totalBytes: container.totalBytes };
}

function machineMemory(read: ReadKernelFile): MachineMemory {
  const text = read('/proc/meminfo') ?? '';
  const kilobytes = (name: string): number | undefined => {
    const found = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1];
    return found === undefined ? undefined : Number(found) * 1024;
  };
  return {
    freeBytes: kilobytes('MemAvailable') ?? freemem(),
    totalBytes: kilobytes('MemTotal') ?? totalmem(),
  };
}

function containerMemory(read: ReadKernelFile): MachineMemory | undefined {
  const membership = read('/proc/self/cgroup') ?? '';
  const v2 = /^0::(.*)$/m.exec(membership)?.[1] ?? '/';
  const v1 = /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(.*)$/m.exec(membership)?.[1] ?? '/';
  const limits = (folders: readonly string[], names: GroupNames): MachineMemory[] =>
    folders.flatMap((folder) => groupMemory(read, folder, names) ?? []);
  const groups = groupsUpTo(CGROUP, v2);
  const found = [...limits(groups, V2_MAX), ...limits(groups, V2_HIGH)];
  if (found.length === 0) found.push(...limits(groupsUpTo(join(CGROUP, 'memory'), v1), V1_NAMES));
  if (found.length === 0) return undefined;
  return {
    totalBytes: Math.min(...found.map(({ totalBytes }) => totalBytes)),
    freeBytes: Math.min(...found.map(({ freeBytes }) => freeBytes)),
  };
}

/**
 * The folders of a group and of all around it, each of which may set a limit, as a systemd slice does. Inside a container
 * its own group is mounted at the root; outside, it lies at the path of its membership.
 */
function groupsUpTo(root: string, group: string): string[] {
  const parts = group.split('/').filter((part) => part !== '' && part !== '..');
  return Array.from({ length: parts.length + 1 }, (_, depth) => join(root, ...parts.slice(0, depth)));
}

type GroupNames = readonly [limit: string, usage: string, cache: string];

const V2_MAX: GroupNames = ['memory.max', 'memory.current', 'inactive_file'];
/** Beyond it the kernel throttles the group rather than ending it: no place for one more capture. */
const V2_HIGH: GroupNames = ['memory.high', 'memory.current', 'inactive_file'];

const V1_NAMES: GroupNames = ['memory.limit_in_bytes', 'memory.usage_in_bytes', 'total_inactive_file'];

function groupMemory(
  read: ReadKernelFile,
  folder: string,
  [limitFile, usageFile, cacheField]: GroupNames,
): MachineMemory | undefined {
  const limit = Number(read(join(folder, limitFile))?.trim() ?? Number.NaN);
  const usage = Number(read(join(folder, usageFile))?.trim() ?? Number.NaN);
  if (!Number.isFinite(limit) || limit >= NO_LIMIT || !Number.isFinite(usage)) return undefined;
  const stat = read(join(folder, 'memory.stat')) ?? '';
  const cache = Number(new RegExp(`^${cacheField} (\\d+)$`, 'm').exec(stat)?.[1] ?? 0);
  return { totalBytes: limit, freeBytes: Math.max(0, limit - Math.max(0, usage - cache)) };
}

/**
 * Share of the last ten seconds in which some work waited for a processor, 0 to 1: the kernel's own pressure figure
 * (PSI `some avg10`, of the container where it has one, else of the machine); without it, what the load average says.
 */
export function readCpuPressure(read: ReadKernelFile = readKernelFile): number {
  const group = /^0::(.*)$/m.exec(read('/proc/self/cgroup') ?? '')?.[1] ?? '/';
  const text = read(join(CGROUP, group, 'cpu.pressure')) ?? read('/proc/pressure/cpu');
  const percent = /^some avg10=([\d.]+)/m.exec(text ?? '')?.[1];
  if (percent !== undefined) return Math.min(1, Number(percent) / 100);
  // The load is the machine's, so its processors are the measure and not those that a container may use.
  const load = (loadavg()[0] ?? 0) / Math.max(1, cpus().length);
  return Math.min(1, Math.max(0, load - 1));
}
