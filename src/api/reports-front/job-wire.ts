import { z } from 'zod';
import type { FactsRun } from '../../analysis/facts-run.ts';
import type { ReportRun } from '../../analysis/report-runs.ts';
import { isoTime } from '../../platform/clock.ts';

export const runBodySchema = z.strictObject({}).optional().meta({ id: 'ReportRun' });

export const runDispatchedSchema = z
  .strictObject({ job_id: z.uuid(), object: z.literal('report.run'), report_id: z.uuid() })
  .meta({ id: 'ReportRunDispatched' });

export const jobSchema = z
  .strictObject({
    id: z.uuid(),
    object: z.literal('job'),
    type: z.enum(['report.run', 'brand.facts']).describe('brand.facts: research, an addition of ours.'),
    status: z.enum(['queued', 'processing', 'completed', 'failed']),
    progress: z.strictObject({ completed: z.int(), total: z.int() }),
    resource: z.strictObject({ type: z.enum(['report', 'brand']), id: z.uuid() }),
    error: z.string().nullable(),
    created_at: z.iso.datetime(),
    started_at: z.iso.datetime().nullable(),
    completed_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'ReportJob' });

const time = (date: Date | null): string | null => (date === null ? null : isoTime(date.getTime()));

export function presentJob(run: ReportRun): z.infer<typeof jobSchema> {
  return {
    ...{ id: run.id, object: 'job', type: 'report.run', status: run.status, progress: run.progress },
    resource: { type: 'report', id: run.reportId },
    error: run.error,
    created_at: isoTime(run.createdAt.getTime()),
    started_at: time(run.startedAt),
    completed_at: time(run.completedAt),
  };
}

/** A research has one step: it is done or it is not. */
export function presentResearch(run: FactsRun): z.infer<typeof jobSchema> {
  const ended = run.status === 'completed' || run.status === 'failed';
  return {
    ...{ id: run.id, object: 'job', type: 'brand.facts', status: run.status },
    progress: { completed: ended ? 1 : 0, total: 1 },
    resource: { type: 'brand', id: run.brandId },
    error: run.error,
    created_at: isoTime(run.createdAt.getTime()),
    started_at: time(run.startedAt),
    completed_at: time(run.completedAt),
  };
}
