import { DEFAULT_VERSION, isApiVersion } from '../contract/dialect.ts';
import type { JobFindings } from '../webhooks/expand.ts';
import { readAnalysisBody } from './analysis-body.ts';
import { presenterOf } from './presenters/index.ts';

/**
 * What a webhook of an analysis tells (specs/analysis.md A.1): its read without Envelopes, and in `event` how it ended.
 * The moment it was created gives way to that of the event.
 */
export const analysisFindings: JobFindings = async (sql, { accountId, jobId, apiVersion }) => {
  const presenter = presenterOf(isApiVersion(apiVersion) ? apiVersion : DEFAULT_VERSION);
  const body = await readAnalysisBody(sql, { accountId, jobId, presenter, includeRaw: false });
  if (body === undefined || body.status === 'running') return undefined;
  return { event: `analysis.${body.status}`, ...body };
};
