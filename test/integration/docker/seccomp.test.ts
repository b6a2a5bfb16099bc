import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { DOCKER, ROOT } from './lint-tools.ts';

/** The parts of the OCI profile format that ours uses (opencontainers/runtime-spec, config-linux "Seccomp"). */
const profileSchema = z.strictObject({
  defaultAction: z.literal('SCMP_ACT_ERRNO'),
  defaultErrnoRet: z.literal(1),
  archMap: z.array(z.strictObject({ architecture: z.string(), subArchitectures: z.array(z.string()) })),
  syscalls: z.array(
    z.strictObject({
      comment: z.string().optional(),
      names: z.array(z.string()).min(1),
      action: z.literal('SCMP_ACT_ALLOW'),
      args: z
        .array(
          z.strictObject({
            index: z.int(),
            value: z.int().nonnegative(),
            op: z.enum(['SCMP_CMP_EQ', 'SCMP_CMP_NE']),
          }),
        )
        .optional(),
    }),
  ),
});

const profile = profileSchema.parse(JSON.parse(readFileSync(join(DOCKER, 'seccomp.json'), 'utf8')));

/** What Docker's default profile blocks and why that matters: docs.docker.com/engine/security/seccomp, read 2026-11. */
const BLOCKED =
  `acct add_key bpf clock_adjtime clock_settime create_module delete_module finit_module get_kernel_syms
  get_mempolicy init_module ioperm iopl kcmp kexec_file_load kexec_load keyctl lookup_dcookie mbind mount move_pages
  nfsservctl open_by_handle_at perf_event_open pivot_root process_vm_readv process_vm_writev ptrace query_module quotactl
  reboot request_key set_mempolicy settimeofday stime swapon swapoff sysfs _sysctl umount umount2 uselib userfaultfd
  ustat vm86 vm86old io_uring_setup io_uring_enter io_uring_register`.split(/\s+/);

/** What Chromium needs beyond it; chroot because no capability is left that would allow it. */
const SANDBOX = ['chroot', 'clone', 'clone3', 'setns', 'unshare'];

const UNDER = join(import.meta.dirname, 'under-seccomp.py');
const because =
  process.getuid?.() !== 0
    ? 'it needs root'
    : spawnSync('python3', ['-c', 'import ctypes; ctypes.CDLL("libseccomp.so.2")']).status !== 0
      ? 'it needs python3 and libseccomp'
      : spawnSync('sh', ['-c', 'command -v chromium-headless-shell']).status !== 0
        ? 'it needs chromium-headless-shell'
        : spawnSync(process.execPath, ['--version'], { uid: 10_001, gid: 10_001, cwd: '/' }).status !== 0
          ? 'it needs a checkout that other users may enter'
          : undefined;
if (because !== undefined) process.stdout.write(`seccomp profile: not tried, ${because}\n`);

describe('the seccomp profile', () => {
  it('allows nothing that Docker’s default blocks, but for what the sandbox is made of', () => {
    const allowed = profile.syscalls.flatMap(({ names }) => names);
    expect(BLOCKED.filter((name) => allowed.includes(name))).toEqual([]);
    expect(profile.syscalls[0]?.names).toEqual(SANDBOX);
    expect(allowed.filter((name) => SANDBOX.includes(name))).toHaveLength(SANDBOX.length);
  });

  it('lets no socket reach the host of a virtual machine, and no program change its personality for the worse', () => {
    const rules = (name: string): unknown[] =>
      profile.syscalls.filter(({ names }) => names.includes(name)).map(({ args }) => args?.[0]);
    expect(rules('socket')).toEqual([{ index: 0, value: 40, op: 'SCMP_CMP_NE' }]);
    expect(rules('personality').map((rule) => z.object({ value: z.int() }).parse(rule).value)).toEqual([
      0, 8, 0x20000, 0x20008, 0xffffffff,
    ]);
  });
});

describe.skipIf(because !== undefined)('under the seccomp profile, as a user without any capability', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'fleet-seccomp-'));
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  function under(path: string, command: string[]): { status: number | null; output: string } {
    const { status, stdout, stderr } = spawnSync('python3', [UNDER, path, '10001', ...command], {
      ...{ cwd: ROOT, encoding: 'utf8' as const },
      env: { PATH: process.env.PATH ?? '', HOME: '/tmp' },
    });
    return { status, output: `${stdout}${stderr}` };
  }
  const browser = [process.execPath, 'docker/browser-check.ts'];

  it('Chromium starts with its sandbox on', () => {
    const { status, output } = under(join(DOCKER, 'seccomp.json'), browser);
    expect(output).toMatch(/sandbox on/);
    expect(status).toBe(0);
  });

  it('and without the five calls it does not: the profile is no wider than it must be', () => {
    for (const left of ['chroot', 'unshare']) {
      const syscalls = profile.syscalls.map((rule) => ({
        ...rule,
        names: rule.names.filter((n) => n !== left),
      }));
      const path = join(scratch, `without-${left}.json`);
      writeFileSync(path, JSON.stringify({ ...profile, syscalls }));
      const command = left === 'chroot' ? browser : ['unshare', '--user', 'true'];
      expect(under(path, command).status, left).not.toBe(0);
    }
    expect(under(join(DOCKER, 'seccomp.json'), ['unshare', '--user', 'true']).status).toBe(0);
  });

  it('what could reach beyond the container is refused', () => {
    const path = join(DOCKER, 'seccomp.json');
    const refused = under(path, ['unshare', '--user', '--map-root-user', '--mount', 'true']);
    expect(refused.status).not.toBe(0);
    expect(under(path, ['dmesg']).status).not.toBe(0);
  });
});
