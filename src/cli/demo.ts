import { join } from 'node:path';
import { Command } from 'commander';
import { Listr } from 'listr2';
import { SURFACES } from '../../surfaces/index.ts';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { CaptureFleetClient } from '../client/index.ts';
import { type Envelope, envelopeSchema } from '../contract/envelope.ts';
import { FleetError } from '../contract/errors.ts';
import { isTerminal, type JobView } from '../contract/job-view.ts';
import type { SurfaceName } from '../contract/surface-name.ts';
import { type Config, processConfig } from '../platform/config.ts';
import { newJobId } from '../platform/identifiers.ts';
import { createLog } from '../platform/log.ts';
import { STAGES } from '../stage/registry.ts';
import { sceneOf } from '../stage/scene.ts';
import { unmetExpectations } from '../stage/unmet.ts';
import { demoReportCommand } from './demo-report.ts';
import { startService } from './service.ts';
import { describeEnvelope } from './summary.ts';

const DEMO_QUERY = 'best crm for startups';
const DEMO_MS = 300_000;

/** `npm run demo`: one query to every surface, over the stage, from HTTP to proof on disk. */
export function demoCommand(): Command {
  return new Command('demo')
    .description('capture one query on every surface, played by the stage; needs no account and no network')
    .addCommand(demoReportCommand(demoConfig))
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
  const client = new CaptureFleetClient({ baseUrl: url, apiKey: config.apiKey ?? '' });
  const signal = AbortSignal.timeout(DEMO_MS);
  const surfaces = SURFACES.map((surface) => surface.name);
  const { jobId } = await client.submit({ query, surfaces }, { signal });
  const job = await watch(client, jobId, quiet, signal);
  const children = await Promise.all(job.children.map((child) => client.getEnvelope(child.id, { signal })));
  return { jobId, status: job.job.status, children: children.map((child) => envelopeSchema.parse(child)) };
}

type Child = JobView['children'][number];

/** Shows each child's way until all have ended. */
async function watch(
  client: CaptureFleetClient,
  jobId: string,
  quiet: boolean,
  signal: AbortSignal,
): Promise<JobView> {
  const endings = new Map<string, (child: Child) => void>();
  const first = await client.getJob(jobId, { signal });
  const tasks = new Listr(
    first.children.map((child) => ({
      title: child.surface,
      task: async (_context: unknown, task: { title: string }) => {
        const ended = await new Promise<Child>((resolve) => endings.set(child.id, resolve));
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
  const onProgress = ({ children }: JobView): void => {
    for (const child of children) if (isTerminal(child.status)) endings.get(child.id)?.(child);
  };
  const job = await client.waitFor(jobId, { signal, onProgress });
  await shown;
  return job;
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
