import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FreshDatabase, freshDatabase } from '../database.ts';
import { DOCKER, ROOT } from './lint-tools.ts';

const USER = 10001;
const isRoot = process.getuid?.() === 0;
const hasShell = spawnSync('sh', ['-c', 'command -v chromium-headless-shell']).status === 0;
const hasApt = spawnSync('sh', ['-c', 'command -v apt-cache useradd']).status === 0;
/** The image's tree borrows this checkout's packages, which its user cannot enter where the clone lies in a closed directory. */
const userEnters =
  isRoot &&
  spawnSync(join(ROOT, 'node_modules/node/bin/node'), ['--version'], { uid: USER, gid: USER, cwd: '/' })
    .status === 0;
const canRun = userEnters && hasShell;
if (!canRun)
  process.stdout.write(
    'image: not run, it needs root, chromium-headless-shell, and a checkout others may enter\n',
  );

/** The image's file tree in a directory of its own, as the Dockerfile's COPY lines make it. */
function imageTree(): string {
  const root = mkdtempSync(join(tmpdir(), 'fleet-image-'));
  for (const line of readFileSync(join(DOCKER, 'Dockerfile'), 'utf8').split('\n')) {
    const [, sources, target = ''] = /^COPY (?!--from)(.+) (\S+)$/.exec(line) ?? [];
    for (const source of sources?.split(' ') ?? []) {
      const into = target.endsWith('/') ? join(root, target, basename(source)) : join(root, target);
      mkdirSync(dirname(into), { recursive: true });
      cpSync(join(ROOT, source), into, { recursive: true });
    }
  }
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  chmodSync(root, 0o755);
  return root;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

describe.skipIf(!hasApt)('the steps that build the image', () => {
  it('name Debian packages that exist', () => {
    const list = spawnSync(join(DOCKER, 'image-steps.sh'), ['system-list'], { encoding: 'utf8' });
    const packages = list.stdout.trim().split('\n');
    expect(packages).toContain('tini');
    const known = spawnSync('apt-cache', ['show', '--no-all-versions', ...packages], { encoding: 'utf8' });
    if (known.stdout === '')
      return void process.stdout.write('image packages: not checked, no package lists\n');
    const names = [...known.stdout.matchAll(/^Package: (.+)$/gm)].map(([, name]) => name);
    expect(names.sort()).toEqual(packages.sort());
  });

  it('notice a script that no font has', () => {
    const directory = mkdtempSync(join(tmpdir(), 'fleet-fonts-'));
    const known = (text: string): ReturnType<typeof spawnSync> => {
      writeFileSync(join(directory, 'fc-list'), `#!/bin/sh\ncase "$1" in ${text} *) ;; esac\n`, {
        mode: 0o755,
      });
      const env = { PATH: `${directory}:${process.env.PATH}` };
      return spawnSync(join(DOCKER, 'image-steps.sh'), ['fonts'], { encoding: 'utf8', env });
    };
    const cjk = ':lang=ja|:lang=ko|:lang=zh-cn) echo Noto Sans CJK ;;';
    const arabic = ':lang=ar) echo Noto Sans Arabic ;;';
    const emoji = 'family) echo Noto Color Emoji ;;';
    expect(known(cjk + arabic + emoji)).toMatchObject({ status: 0, stderr: '' });
    expect(known(cjk + emoji)).toMatchObject({ status: 1, stderr: 'image-steps: no font for ar\n' });
    expect(known(arabic + emoji)).toMatchObject({ status: 1, stderr: 'image-steps: no font for ja\n' });
    expect(known(cjk + arabic)).toMatchObject({ status: 1, stderr: 'image-steps: no font for emoji\n' });
    rmSync(directory, { recursive: true, force: true });
  });

  it.skipIf(!isRoot)('make a user without password, shell or home, once', () => {
    const prefix = mkdtempSync(join(tmpdir(), 'fleet-user-'));
    mkdirSync(join(prefix, 'etc'));
    for (const file of ['passwd', 'group', 'shadow', 'gshadow']) writeFileSync(join(prefix, 'etc', file), '');
    for (const _time of ['first', 'second']) {
      const made = spawnSync(join(DOCKER, 'image-steps.sh'), ['user', prefix], { encoding: 'utf8' });
      expect(made).toMatchObject({ status: 0 });
    }
    const passwd = readFileSync(join(prefix, 'etc/passwd'), 'utf8');
    expect(passwd).toBe(`fleet:x:${USER}:${USER}::/data:/usr/sbin/nologin\n`);
    expect(readFileSync(join(prefix, 'etc/shadow'), 'utf8')).toMatch(/^fleet:!/);
    rmSync(prefix, { recursive: true, force: true });
  });

  it('say what is wrong with a step that does not exist', () => {
    const { status, stderr } = spawnSync(join(DOCKER, 'image-steps.sh'), ['paint'], { encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toContain("there is no step 'paint'");
  });
});

describe.skipIf(!canRun)('the image, as its user, from its own files', () => {
  let fresh: FreshDatabase;
  let image: string;
  let data: string;
  const running: ChildProcess[] = [];

  beforeAll(async () => {
    fresh = await freshDatabase();
    image = imageTree();
    data = mkdtempSync(join(tmpdir(), 'fleet-data-'));
    chownSync(data, USER, USER);
  });
  afterAll(async () => {
    for (const child of running) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await fresh?.drop();
    for (const folder of [image, data]) if (folder) rmSync(folder, { recursive: true, force: true });
  });

  /** The environment of the Dockerfile's ENV line, with what the container would be given. */
  function environment(given: Record<string, string>): Record<string, string> {
    const env = /^ENV ([\s\S]+?)\n(?! )/m.exec(readFileSync(join(DOCKER, 'Dockerfile'), 'utf8'))?.[1] ?? '';
    const own = Object.fromEntries(
      [...env.matchAll(/([A-Z_]+)=(\S+)/g)].map(([, name, value]) => [name, value]),
    );
    return {
      ...own,
      ...{ PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOST: '127.0.0.1', FLEET_DATA_DIR: data },
      ...{ DATABASE_URL: fresh.url, FLEET_ORIGIN: 'stage', FLEET_LOG_LEVEL: 'warn', ...given },
    };
  }

  function step(name: string[], env: Record<string, string>): { status: number | null; output: string } {
    const options = { cwd: image, env, uid: USER, gid: USER, encoding: 'utf8' as const };
    const { status, stdout, stderr } = spawnSync('docker/image-steps.sh', name, options);
    return { status, output: `${stdout}${stderr}` };
  }

  async function start(role: string, env: Record<string, string>, until: RegExp): Promise<ChildProcess> {
    const child = spawn(join(image, 'node_modules/node/bin/node'), [join(image, 'src/cli.ts'), role], {
      ...{ cwd: image, env, uid: USER, gid: USER, stdio: ['ignore', 'pipe', 'inherit'] },
    });
    running.push(child);
    await new Promise<void>((ready, failed) => {
      child.once('exit', (code) => failed(new Error(`${role} ended with ${code} before it was ready`)));
      child.stdout?.on('data', (text: Buffer) => until.test(text.toString()) && ready());
    });
    return child;
  }

  it('has a browser whose sandbox is on', () => {
    const { status, output } = step(['check'], { ...environment({}), FLEET_CHECK_FONTS: 'no' });
    expect(output).toMatch(/sandbox on/);
    expect(status).toBe(0);
  });

  it('refuses its check to root, whose browser would run without the sandbox', () => {
    const { status, stderr } = spawnSync('docker/image-steps.sh', ['check'], {
      ...{ cwd: image, env: environment({}), encoding: 'utf8' as const },
    });
    expect(status).toBe(1);
    expect(stderr).toContain('this is root');
  });

  it('serves a search: API, courier and worker as three processes, each healthy while it runs and not after', async () => {
    const ports = { api: await freePort(), http: await freePort(), worker: await freePort() };
    const apiKey = 'a-key-of-more-than-twenty-characters';
    const api = environment({
      ...{ PORT: String(ports.http), FLEET_METRICS_PORT: String(ports.api), FLEET_API_KEY: apiKey },
    });
    const worker = environment({ FLEET_METRICS_PORT: String(ports.worker), FLEET_SLOTS: '1' });
    const courier = environment({ FLEET_METRICS_PORT: String(await freePort()) });
    expect(step(['health', 'api'], api).status).toBe(1);
    await start('api', api, /listening on/);
    await start('courier', courier, /courier ready/);
    const working = await start('worker', worker, /worker ready/);
    expect(step(['health', 'api'], api)).toEqual({ status: 0, output: '' });
    expect(step(['health'], worker)).toEqual({ status: 0, output: '' });
    expect(step(['health'], courier)).toEqual({ status: 0, output: '' });

    const answer = await fetch(`http://127.0.0.1:${ports.http}/v1/search`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', prefer: 'wait=120' },
      body: JSON.stringify({ query: 'best crm for startups', surfaces: ['chatgpt'] }),
    });
    const text = await answer.text();
    expect(answer.status, text).toBe(200);
    expect(text).toContain('"answered"');

    working.kill('SIGTERM');
    expect(await once(working, 'exit')).toEqual([0, null]);
    expect(step(['health'], worker)).toMatchObject({ status: 1, output: /ECONNREFUSED/ });
  }, 240_000);
});
