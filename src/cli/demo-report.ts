import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Command } from 'commander';
import { z } from 'zod';
import { type ReadReport, readMeasuredReport } from '../analysis/measure-report.ts';
import { findReport } from '../analysis/reports.ts';
import { FleetError } from '../contract/errors.ts';
import type { SurfaceName } from '../contract/surface-name.ts';
import { createKey } from '../jobs/api-keys.ts';
import { systemClock } from '../platform/clock.ts';
import { type Config, processConfig } from '../platform/config.ts';
import { createLog } from '../platform/log.ts';
import { STAGES } from '../stage/registry.ts';
import { sceneOf } from '../stage/scene.ts';
import { describeReport } from './analyse-text.ts';
import { writeReportFiles } from './report-files.ts';
import { startService } from './service.ts';

const PLATFORMS = ['chatgpt', 'perplexity', 'google_ai_overview'];
const REPLICATES = 3;
const PATIENCE_MS = 1_200_000;

/** Two plain questions, and one each where something is absent, declined, blocked, cut off. */
const PROMPTS = [
  'best crm for startups',
  'which crm is free for a small team',
  '[scene:google_ai_overview=absent] crm for a five person startup',
  '[scene:google_ai_overview=declined,perplexity=not-in-region] is a crm worth it for startups',
  '[scene:chatgpt=challenge] safest crm to start with',
  '[scene:cut] compare crm tools for sales by phone',
];

const BRAND = {
  name: 'Northwind CRM',
  website: 'https://northwind.example',
  brand_aliases: ['Northwind'],
  categories: ['crm software'],
  competitors: [
    { name: 'Hubfield', website: 'https://hubfield.example' },
    { name: 'Pipewise', website: 'https://pipewise.example' },
  ],
};

interface Files {
  html?: string;
  csv?: string;
}

/** `npm run demo -- report`: a report from brand to page, over the stage. `demoConfig`: the demo's own place. */
export function demoReportCommand(demoConfig: (config: Config) => Config): Command {
  return new Command('report')
    .description('one brand, two competitors, six prompts on three surfaces, three times each, on the stage')
    .option('--html <file>', 'where the page goes; in the data directory unless said')
    .option('--csv <dir>', 'where the tables go; in the data directory unless said')
    .action(async (files: Files) => {
      const config = demoConfig(processConfig());
      const say = (line: string): void => void process.stdout.write(`${line}\n`);
      say('Capture Fleet demo: a report from real browsers against the stage; nothing leaves this machine.');
      const service = await startService(config, createLog(config.logLevel, 'demo'));
      try {
        const { db } = service.foundation;
        const { key } = await createKey(db, { label: 'demo report', front: 'rankprompt' }, systemClock.now());
        const id = await runReport(clientOf(service.url, key), say);
        const found = await findReport(db, id);
        const read = found && (await readMeasuredReport(db, found.accountId, found.report));
        if (read === undefined) throw new FleetError('INPUT_UNREADABLE', `report ${id} was not measured`);
        say(`\n${describeReport(read.metrics)}\n`);
        const { html = join(config.dataDir, 'report.html'), csv = join(config.dataDir, 'report') } = files;
        const written = await writeReportFiles('Northwind CRM, a demo', read, service.running.site.store, {
          ...{ html, csv },
        });
        for (const path of written) say(`wrote ${path}`);
        const problems = problemsOf(read);
        say(
          problems.length === 0
            ? 'every capture ended as its scene intends'
            : `not as intended:\n  ${problems.join('\n  ')}`,
        );
        if (problems.length > 0) process.exitCode = 1;
      } finally {
        await service.stop();
      }
    });
}

type Ask = <T>(method: string, path: string, schema: z.ZodType<T>, body?: unknown) => Promise<T>;

/** The front as its own clients ask it. Throws INPUT_UNREADABLE with the answer for any error. */
function clientOf(url: string, key: string): Ask {
  return async (method, path, schema, body) => {
    const response = await fetch(`${url}/compat/rankprompt${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(60_000),
    });
    const text = await response.text();
    if (!response.ok)
      throw new FleetError('INPUT_UNREADABLE', `${method} ${path}: ${response.status} ${text}`);
    return schema.parse(JSON.parse(text));
  };
}

const idSchema = z.looseObject({ id: z.string() });
const jobSchema = z.looseObject({
  status: z.enum(['queued', 'processing', 'completed', 'failed']),
  progress: z.looseObject({ completed: z.int(), total: z.int() }),
});

/** From brand to the end of the run; gives the report's id. */
async function runReport(ask: Ask, say: (line: string) => void): Promise<string> {
  const brand = await ask('POST', '/v1/brands', idSchema, BRAND);
  const facts = { description: 'CRM software for small teams.' };
  await ask('PATCH', `/v1/brands/${brand.id}/facts`, z.unknown(), facts);
  const { id } = await ask('POST', '/v1/reports', idSchema, {
    ...{ brand_id: brand.id, ai_platforms: PLATFORMS, replicates: REPLICATES, name: 'Demo' },
  });
  const prompts = PROMPTS.map((prompt_text) => ({ prompt_text, category: 'crm software' }));
  await ask('POST', `/v1/reports/${id}/prompts`, z.unknown(), { prompts });
  const dispatched = z.looseObject({ job_id: z.string() });
  const { job_id: jobId } = await ask('POST', `/v1/reports/${id}/runs`, dispatched, {});
  say(`report ${id}: job ${jobId}`);
  const patience = AbortSignal.timeout(PATIENCE_MS);
  for (let shown = -1; ; ) {
    const { status, progress } = await ask('GET', `/v1/jobs/${jobId}`, jobSchema);
    const tenth = Math.floor((10 * progress.completed) / progress.total);
    if (tenth !== shown) say(`  ${progress.completed} of ${progress.total} captures have ended`);
    shown = tenth;
    if (status === 'completed' || status === 'failed') return id;
    await delay(1_000, undefined, { signal: patience });
  }
}

/** Captures that did not come to what their scene intends. */
function problemsOf({ metrics, observations }: ReadReport): string[] {
  const texts = new Map(metrics.prompts.map(({ id, text }) => [id, text]));
  return observations.flatMap(({ id, promptId, surface, outcome }) => {
    const wanted = intended(texts.get(promptId) ?? '', surface);
    return outcome === wanted ? [] : [`${id}: ${outcome}, intended ${wanted}`];
  });
}

function intended(query: string, surface: SurfaceName): string {
  const stage = STAGES.find((known) => known.surface === surface);
  return stage === undefined ? 'no stage' : sceneOf(query, stage).scene.expect.outcome;
}
