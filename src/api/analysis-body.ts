import { bookOf } from '../analysis/brand.ts';
import { onlyBrand } from '../analysis/brands.ts';
import { dialectRegion } from '../contract/dialect.ts';
import type { JobId } from '../contract/ids.ts';
import type { JobStatus } from '../contract/job-view.ts';
import { regionKey } from '../contract/region.ts';
import { type AnalysisJob, readAnalysis } from '../jobs/analysis.ts';
import { readEnvelopes } from '../jobs/read.ts';
import type { Prompt } from '../measure/observation.ts';
import { type PairsSummary, summarisePairs } from '../measure/pairs.ts';
import { isoTime } from '../platform/clock.ts';
import type { Sql } from '../platform/database.ts';
import { analysisResults } from './analysis-results.ts';
import type { AnalysisBodyOut } from './analysis-wire.ts';
import type { Presenter } from './presenters/presenter.ts';

/** An analysis of the account as it is read: `running`, or ended with what was found. Undefined when there is none. */
export async function readAnalysisBody(
  sql: Sql,
  asked: { accountId: string; jobId: JobId; presenter: Presenter; includeRaw: boolean },
): Promise<AnalysisBodyOut | undefined> {
  const { accountId, jobId, presenter, includeRaw } = asked;
  const job = await readAnalysis(sql, accountId, jobId);
  if (job === undefined) return undefined;
  const status = statusOf(job.status);
  const found =
    status === 'running'
      ? { results: null, summary: null, methodology: null }
      : analysisResults(await summary(sql, accountId, job), { presenter, includeRaw, locationOf });
  return {
    ...askedOf(job),
    status,
    completedAt: job.completedAt === null ? null : isoTime(job.completedAt.getTime()),
    ...{ credits: job.credits, progress: job.progress, ...found },
  };
}

/** Of the account's brand, where it has exactly one: with several nobody could say which is meant. */
async function summary(sql: Sql, accountId: string, job: AnalysisJob): Promise<PairsSummary> {
  const brand = await onlyBrand(sql, accountId);
  const envelopes = await readEnvelopes(sql, accountId, job.jobId);
  return summarisePairs(envelopes, promptOf(job), brand === undefined ? null : bookOf(brand), job.jobId);
}

function promptOf({ jobId, prompt }: AnalysisJob): Prompt {
  return { id: jobId, text: prompt, category: null, intent: null, origin: 'user' };
}

/** Completed as soon as one capture is: the results say how many stand behind each share. */
function statusOf(status: JobStatus): AnalysisBodyOut['status'] {
  if (status === 'processing') return 'running';
  return status === 'completed' || status === 'partial' ? 'completed' : 'failed';
}

/** What was asked, as every answer about an analysis repeats it. */
type Asked = Pick<
  AnalysisBodyOut,
  'analysisId' | 'prompt' | 'replicates' | 'providers' | 'locations' | 'createdAt'
>;

export function askedOf(job: AnalysisJob): Asked {
  const { surfaces, regions, replicates } = job.request;
  return {
    analysisId: job.jobId,
    prompt: job.prompt,
    replicates,
    providers: surfaces,
    locations: regions.map((region) => locationOf(regionKey(region))),
    createdAt: isoTime(job.createdAt.getTime()),
  };
}

/** Countries in capitals, as they were asked for. */
function locationOf(key: string): string {
  return dialectRegion('2026-06-01', key);
}
