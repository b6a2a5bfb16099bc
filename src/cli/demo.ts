import { join } from 'node:path';
import { Command } from 'commander';
import { Listr } from 'listr2';
import { SURFACES } from '../../surfaces/index.ts';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { type Envelope, envelopeSchema } from '../contract/envelope.ts';
import { FleetError } from '../contract/errors.ts';
import type { SurfaceName } from '../contract/surface-name.ts';
import { type Config, processConfig } from '../platform/config.ts';
import { Deadline } from '../platform/deadline.ts';
import { newJobId } from '../platform/identifiers.ts';
import { createLog } from '../platform/log.ts';
import { STAGES } from '../stage/registry.ts';
import { sceneOf } from '../stage/scene.ts';
import { unmetExpectations } from '../stage/unmet.ts';
import { type DemoJob, readDemoChild, readDemoJob, submitDemo } from './demo-client.ts';
import { startService } from './service.ts';
import { describeEnvelope } from './summary.ts';

const DEMO_QUERY = 'best crm for startups';
const DEMO_MS = 300_000;
const POLL_MS = 150;

/** `npm run demo`: one query to every surface, over the stage, from HTTP to proof on disk. */
export function demoCommand(): Command {
  return new Command('demo')
    .description('capture one query on every surface, played by the stage; needs no account and no network')
    .argument('[query]', 'query to ask', DEMO_QUERY)
    .option('--json', 'print one JSON object {jobId, status, children} and nothing else')
    .action(async (query: string, options: { json?: boolean }) => {
      const config = demoConfig(processConfig());
      const say = options.json ? () => undefined : (line: string) => void process.stdout.write(`${line}\n`);
      say('Capture Fleet demo: real browsers against the stage; nothing leaves this machine.');
      say('starting Postgres, API, worker and stage …');
      const service = await startService(config, createLog(config.logLevel, 'demo'));
      try {
        const finished = await captureAll(service.url, config, query, options.json === true);
        const problems = problemsOf(finished.children, query);
        if (options.json) process.stdout.write(`${JSON.stringify(finished)}\n`);
        else report(finished, problems, service.running.site.store, say);
        if (problems.length > 0) process.exitCode = 1;
      } finally {
        await service.stop();
      }
    });
}

/** The demo's own place beside a running service: own database, own port, own key, always the stage. */
function demoConfig(config: Config): Config {
  return {
    ...config,
    host: '127.0.0.1',
    port: 0,
    databaseUrl: undefined,
    dataDir: join(config.dataDir, 'demo'),
    apiKey: newJobId(),
    startCredits: 1_000_000,
    origin: 'stage',
    logLevel: config.logLevel === 'info' ? 'error' : config.logLevel,
  };
}

interface Finished {
  jobId: string;
  status: string;
  children: Envelope[];
}

async function captureAll(url: string, config: Config, query: string, quiet: boolean): Promise<Finished> {
  const deadline = Deadline.after(DEMO_MS);
  const client = { url, key: config.apiKey ?? '', deadline };
  const surfaces = SURFACES.map((surface) => surface.name);
  const jobId = await submitDemo(client, query, surfaces);
  const job = await watch(client, jobId, quiet);
  const children = await Promise.all(job.children.map((child) => readDemoChild(client, child.id)));
  return { jobId, status: job.job.status, children: children.map((child) => envelopeSchema.parse(child)) };
}

/** Shows each child's way until all have ended. */
async function watch(
  client: Parameters<typeof readDemoJob>[0],
  jobId: string,
  quiet: boolean,
): Promise<DemoJob> {
  const endings = new Map<string, (child: DemoJob['children'][number]) => void>();
  const first = await readDemoJob(client, jobId);
  const tasks = new Listr(
    first.children.map((child) => ({
      title: child.surface,
      task: async (_context: unknown, task: { title: string }) => {
        const ended = await new Promise<DemoJob['children'][number]>((resolve) =>
          endings.set(child.id, resolve),
        );
        task.title = `${child.surface}: ${ended.outcome ?? ended.status}`;
      },
    })),
    {
      concurrent: true,
      renderer: quiet ? 'silent' : 'default',
      fallbackRenderer: quiet ? 'silent' : 'simple',
    },
  );
  const shown = tasks.run();
  for (;;) {
    const job = await readDemoJob(client, jobId);
    for (const child of job.children) {
      if (child.status === 'queued' || child.status === 'processing') continue;
      endings.get(child.id)?.(child);
    }
    if (job.job.status !== 'processing') {
      await shown;
      return job;
    }
    await client.deadline.pause(POLL_MS);
  }
}

function intendedScene(query: string, surface: SurfaceName): ReturnType<typeof sceneOf> {
  const stage = STAGES.find((known) => known.surface === surface);
  if (stage === undefined) throw new FleetError('STAGE_SCENE_UNKNOWN', `the stage does not play ${surface}`);
  return sceneOf(query, stage);
}

function problemsOf(children: readonly Envelope[], query: string): string[] {
  return children.flatMap((envelope) => {
    const { scene, name } = intendedScene(query, envelope.job.surface);
    return unmetExpectations(scene.expect, envelope).map(
      (unmet) => `${envelope.job.surface} (scene ${name}): ${unmet}`,
    );
  });
}

function report(
  finished: Finished,
  problems: readonly string[],
  store: ArtifactStore,
  say: (line: string) => void,
): void {
  say(`\njob ${finished.jobId}: ${finished.status}\n`);
  for (const envelope of finished.children) say(`${describeEnvelope(envelope, store)}\n`);
  say(
    problems.length === 0
      ? 'every capture is as its scene intends; check any of them again with `npm run -s fleet -- replay <raw file>`'
      : `not as intended:\n  ${problems.join('\n  ')}`,
  );
}
