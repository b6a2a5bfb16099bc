import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { submit } from '../../../src/jobs/submit.ts';
import { CONFIG_VARIABLES, readConfig } from '../../../src/platform/config.ts';
import { STEP_MS } from '../../../src/platform/migrations.ts';
import { context, openJobsWorld, request } from '../jobs/jobs-world.ts';
import { DOCKER, lintModule, noLintersBecause, ROOT, runLinter } from './lint-tools.ts';

const because = noLintersBecause();
if (because !== undefined) process.stdout.write(`docker manifests: skipped, ${because}\n`);

// biome-ignore lint/suspicious/noExplicitAny: manifests of every kind; each has been checked against its schema.
type Document = any;

interface Yaml {
  parseAllDocuments(text: string): { errors: unknown[]; toJS(): Document }[];
  parse(text: string, options: { merge: true }): Document;
}

function read(name: string): string {
  return readFileSync(join(DOCKER, name), 'utf8');
}

async function kubernetes(): Promise<{ file: string; document: Document }[]> {
  const yaml = await lintModule<Yaml>('yaml/dist/index.js');
  return readdirSync(join(DOCKER, 'kubernetes')).flatMap((file) =>
    yaml.parseAllDocuments(read(`kubernetes/${file}`)).map((parsed) => {
      expect(parsed.errors).toEqual([]);
      return { file, document: parsed.toJS() };
    }),
  );
}

async function one(kind: string, name: string): Promise<Document> {
  const found = (await kubernetes()).find(
    ({ document }) => document.kind === kind && document.metadata?.name === name,
  );
  if (found === undefined) throw new Error(`no ${kind} ${name}`);
  return found.document;
}

describe.skipIf(because !== undefined)('the Dockerfile', () => {
  it('is one that Docker’s own language server has nothing against', async () => {
    const { validate } = await lintModule<{ validate(text: string): unknown[] }>(
      'dockerfile-utils/lib/main.js',
    );
    expect(validate(read('Dockerfile'))).toEqual([]);
  });

  it('breaks no rule of dockerfilelint', () => {
    // That linter's option pattern has no hyphen, so it takes `--start-period` for an unknown option (1.8.0).
    const { output } = runLinter('dockerfilelint', ['--output', 'json', 'docker/Dockerfile']);
    const [file] = JSON.parse(output).files as { issues: { line: string; content: string }[] }[];
    const issues = (file?.issues ?? []).filter(({ content }) => !content.startsWith('HEALTHCHECK'));
    expect(issues).toEqual([]);
  });

  it('runs as a user that is not root, under an init, with nothing built by hand', () => {
    const lines = read('Dockerfile').split('\n');
    expect(lines).toContain('USER 10001:10001');
    expect(lines.find((line) => line.startsWith('ENTRYPOINT'))).toMatch(/^ENTRYPOINT \["tini", "--", /);
    for (const line of lines.filter((text) => text.startsWith('RUN '))) {
      expect(line).toMatch(/^RUN \["docker\/image-steps\.sh", "(packages|system|user)"\]$/);
    }
  });

  it('and compose.yaml and the manifests name only settings that exist', () => {
    const text = ['Dockerfile', 'compose.yaml', 'kubernetes/worker.yaml', 'kubernetes/settings.yaml']
      .concat('kubernetes/secret.example.yaml')
      .map(read)
      .join('\n');
    const named = new Set([...text.matchAll(/\bFLEET_[A-Z_]+\b/g)].map(([name]) => name));
    expect([...named].filter((name) => !CONFIG_VARIABLES.includes(name))).toEqual([]);
  });
});

describe.skipIf(because !== undefined)('compose.yaml', () => {
  it('satisfies the compose specification', () => {
    const { status, output } = runLinter('dclint', ['docker/compose.yaml', '--quiet']);
    expect(output).not.toMatch(/\berror\b/);
    expect(status).toBe(0);
  });

  it('gives a stopped worker longer than its drain, and the sandbox its profile', async () => {
    const { services } = (await lintModule<Yaml>('yaml/dist/index.js')).parse(read('compose.yaml'), {
      merge: true,
    });
    const { worker } = services;
    expect(Number.parseInt(worker.stop_grace_period, 10) * 1000).toBeGreaterThan(
      Number(worker.environment.FLEET_DRAIN_MS),
    );
    expect(worker.security_opt).toContain('seccomp:./seccomp.json');
    expect(worker.cap_drop).toEqual(['ALL']);
    expect(worker.read_only).toBe(true);
  });

  it('lets no service write logs without end', async () => {
    const { services } = (await lintModule<Yaml>('yaml/dist/index.js')).parse(read('compose.yaml'), {
      merge: true,
    });
    for (const [name, { logging }] of Object.entries<Document>(services)) {
      expect(logging?.driver, name).toBe('json-file');
      expect(Object.keys(logging.options), name).toEqual(['max-size', 'max-file']);
    }
  });

  it('lets nothing begin before the bucket is there, although the store’s shell always ends well', async () => {
    const { services } = (await lintModule<Yaml>('yaml/dist/index.js')).parse(read('compose.yaml'), {
      merge: true,
    });
    const { entrypoint, command } = services.bucket;
    // The store: it forgets the first bucket it is told to make, as one that is not up yet does.
    const folder = mkdtempSync(join(tmpdir(), 'fleet-bucket-'));
    const weed = `#!/bin/sh
read asked; cd ${folder}; echo "$asked" >>asked
case "$asked" in *create*) if [ -e early ]; then touch bucket; else touch early; fi ;;
*list) if [ -e bucket ]; then echo '  proof  size:0  chunk:0'; fi ;; esac
exit 0
`;
    writeFileSync(join(folder, 'weed'), weed, { mode: 0o755 });
    const text = (command as string[]).map((line) => line.replaceAll('$$', '$'));
    const [shell = '', ...words] = [...(entrypoint as string[]), ...text];
    const { status } = spawnSync(shell, words, { env: { PATH: `${folder}:${process.env.PATH}` } });
    expect(status).toBe(0);
    const asked = readFileSync(join(folder, 'asked'), 'utf8').trim().split('\n');
    const [list, create] = ['s3.bucket.list', 's3.bucket.create -name proof'];
    expect(asked).toEqual([list, create, list, create, list]);
    rmSync(folder, { recursive: true, force: true });
  });

  it('scrapes every role on the port that the image serves metrics on', async () => {
    const yaml = await lintModule<Yaml>('yaml/dist/index.js');
    const { scrape_configs: jobs } = yaml.parse(read('prometheus.yaml'), { merge: true });
    const port = Number(/FLEET_METRICS_PORT=(\d+)/.exec(read('Dockerfile'))?.[1]);
    const targets = jobs.map((job: Document) => [job.dns_sd_configs[0].names[0], job.dns_sd_configs[0].port]);
    expect(targets).toEqual(['api', 'courier', 'worker'].map((role) => [role, port]));
  });
});

describe.skipIf(because !== undefined)('the Kubernetes manifests', () => {
  it('satisfy the schemas of Kubernetes and of KEDA', async () => {
    for (const { file, document } of await kubernetes()) {
      if (document.kind === 'Kustomization') continue;
      const [group = '', version] = document.apiVersion.split('/');
      const prefix = group === 'keda.sh' ? '@kubernetes-models/keda/' : 'kubernetes-models/';
      const path = version === undefined ? group : `${group}/${version}`;
      const models = await lintModule<Record<string, new (given: unknown) => { validate(): void }>>(
        `${prefix}${path}/index.js`,
      );
      const Model = models[document.kind];
      if (Model === undefined) throw new Error(`no model of ${document.kind}`);
      expect(() => new Model(document).validate(), `${file}: ${document.kind}`).not.toThrow();
    }
  });

  it('are all in the kustomization, but for the example of the secret', async () => {
    const all = await kubernetes();
    const listed = all.find(({ document }) => document.kind === 'Kustomization')?.document.resources;
    const files = new Set(all.map(({ file }) => file));
    expect([...listed, 'kustomization.yaml', 'secret.example.yaml'].sort()).toEqual([...files].sort());
  });

  it('let a worker drain before it is killed, and a budget select it', async () => {
    const { spec } = await one('Deployment', 'capture-fleet-worker');
    const [container] = spec.template.spec.containers;
    const drain = container.env.find(({ name }: { name: string }) => name === 'FLEET_DRAIN_MS').value;
    expect(spec.template.spec.terminationGracePeriodSeconds * 1000).toBeGreaterThanOrEqual(
      Number(drain) + 30_000,
    );
    expect(Number(drain)).toBeGreaterThan(readConfig({}, '/').captureTimeoutMs);
    const budget = await one('PodDisruptionBudget', 'capture-fleet-worker');
    expect(spec.template.metadata.labels).toMatchObject(budget.spec.selector.matchLabels);
  });

  it('kill no process that still migrates the database at its start', async () => {
    for (const role of ['api', 'courier', 'worker']) {
      const { startupProbe } = (await one('Deployment', `capture-fleet-${role}`)).spec.template.spec
        .containers[0];
      expect(startupProbe.periodSeconds * startupProbe.failureThreshold * 1_000, role).toBeGreaterThanOrEqual(
        STEP_MS,
      );
    }
  });

  it('let nothing but metrics and the API’s own port be reached, and nobody reach where clouds hand out credentials', async () => {
    const own = await one('NetworkPolicy', 'capture-fleet');
    const open = await one('NetworkPolicy', 'capture-fleet-api');
    const ports = new Map<string, number>();
    for (const role of ['api', 'courier', 'worker']) {
      const { spec, metadata } = (await one('Deployment', `capture-fleet-${role}`)).spec.template;
      expect(metadata.labels).toMatchObject(own.spec.podSelector.matchLabels);
      for (const { name, containerPort } of spec.containers[0].ports) ports.set(name, containerPort);
      if (role === 'api') expect(metadata.labels).toMatchObject(open.spec.podSelector.matchLabels);
    }
    expect(own.spec.ingress.map(({ ports: allowed }: Document) => allowed)).toEqual([
      [{ port: ports.get('metrics') }],
    ]);
    expect(own.spec.ingress[0].from.length).toBeGreaterThan(0);
    expect(open.spec.ingress).toEqual([{ ports: [{ port: ports.get('http') }] }]);
    const ways = own.spec.egress.flatMap(({ to = [] }: Document) => to);
    expect(ways.map(({ ipBlock }: Document) => ipBlock.except[0])).toEqual(['169.254.0.0/16', 'fe80::/10']);
  });

  it('run nothing of the fleet as root or with a capability', async () => {
    for (const role of ['api', 'courier', 'worker']) {
      const { spec } = (await one('Deployment', `capture-fleet-${role}`)).spec.template;
      expect(spec.securityContext.runAsNonRoot).toBe(true);
      expect(spec.containers[0].securityContext).toMatchObject({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    }
  });

  it('scale by queries that this database answers: captures due or running, and the age of the oldest', async () => {
    const { spec } = await one('ScaledObject', 'capture-fleet-worker');
    const [ready, oldest] = spec.triggers.map((trigger: Document) => trigger.metadata.query as string);
    const world = await openJobsWorld();
    const ask = async (query: string): Promise<number> => {
      const { rows } = await world.db.query(query);
      return Number(Object.values(rows[0] ?? {})[0]);
    };
    try {
      expect([await ask(ready), await ask(oldest)]).toEqual([0, 0]);
      await submit(world.db, world.queue, request({ surfaces: ['chatgpt', 'gemini'] }), context());
      await world.queue.fetch('chatgpt');
      expect(await ask(ready)).toBe(2);
      await world.db.query(`UPDATE fleet.job SET created_at = now() - interval '90 s'`);
      expect(await ask(oldest)).toBeGreaterThanOrEqual(90);
      await world.db.query(`UPDATE fleet.child SET not_before = now() + interval '90 s'`);
      expect([await ask(ready), await ask(oldest)]).toEqual([0, 0]);
    } finally {
      await world.close();
    }
  });
});

describe('docker/', () => {
  it('names the version that package.json has', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    for (const role of ['api', 'courier', 'worker']) {
      expect(read(`kubernetes/${role}.yaml`)).toContain(`image: capture-fleet:${version}\n`);
    }
  });
});
