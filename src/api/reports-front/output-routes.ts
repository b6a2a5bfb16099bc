import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type ReadReport, readMeasuredReport } from '../../analysis/measure-report.ts';
import type { Report } from '../../analysis/reports.ts';
import { ApiError } from '../../contract/errors.ts';
import type { CsvOptions } from '../../outputs/csv.ts';
import type { ObservationSlice } from '../../outputs/evidence.ts';
import { citationsCsv, mentionsCsv, metricsCsv, observationsCsv } from '../../outputs/report-csv.ts';
import { figuresNdjson, observationsNdjson } from '../../outputs/report-ndjson.ts';
import { shareHeaders } from '../../outputs/share-headers.ts';
import { observationsOf } from '../../outputs/slice.ts';
import type { ApiContext } from '../api-context.ts';
import { callerOf } from '../caller.ts';
import type { App } from '../fastify-types.ts';
import { reportPage } from '../report-page.ts';
import { reportErrorSchema } from './report-errors.ts';
import { foundReport } from './report-routes.ts';

const errors = { '4xx': reportErrorSchema, '5xx': reportErrorSchema };
const params = z.object({ report_id: z.string() });

interface OutputFile {
  name: string;
  summary: string;
  type: 'text/csv' | 'application/x-ndjson';
  /** True for a file with rows of captures, which can be narrowed. */
  sliced?: boolean;
  pieces(read: ReadReport, options: CsvOptions): Iterable<string>;
}

/** The files of a report beside its page (specs/analysis.md C.7). */
const FILES: readonly OutputFile[] = [
  {
    ...{ name: 'observations.csv', summary: 'One row per capture', type: 'text/csv', sliced: true },
    pieces: ({ observations, metrics }, options) => observationsCsv(observations, metrics.prompts, options),
  },
  {
    ...{ name: 'mentions.csv', summary: 'One row per place where a brand is named', type: 'text/csv' },
    sliced: true,
    pieces: ({ observations }, options) => mentionsCsv(observations, options),
  },
  {
    ...{ name: 'citations.csv', summary: 'One row per source of an answer', type: 'text/csv', sliced: true },
    pieces: ({ observations }, options) => citationsCsv(observations, options),
  },
  {
    ...{ name: 'metrics.csv', summary: 'One row per figure', type: 'text/csv' },
    pieces: ({ metrics, observations }, options) => metricsCsv(metrics, observations, options),
  },
  {
    ...{ name: 'observations.ndjson', summary: 'One line per capture', type: 'application/x-ndjson' },
    sliced: true,
    pieces: ({ observations }) => observationsNdjson(observations),
  },
  {
    ...{ name: 'metrics.ndjson', summary: 'One line per figure', type: 'application/x-ndjson' },
    pieces: ({ metrics, observations }) => figuresNdjson(metrics, observations),
  },
];

/** `GET /v1/reports/{id}/report.html`, four CSV files and two of lines. */
export function outputRoutes(app: App, context: ApiContext): void {
  app.get(
    '/v1/reports/:report_id/report.html',
    {
      schema: {
        ...{ tags: ['Files'], params, summary: 'The report as one page that needs nothing else' },
        response: { 200: fileSchema('text/html'), ...errors },
      },
    },
    async (request, reply) => {
      const { report, read } = await measuredReport(context, request, request.params.report_id);
      return sendText(reply, 'text/html', await reportPage(report, read));
    },
  );
  for (const file of FILES) fileRoute(app, context, file);
}

const bom = z.string().optional().describe('1: begins with a byte order mark, which Excel needs (CSV only).');
const narrowed = z.string().optional();

/** What a number of the page rests on: rows of the captures that fit all that is given. */
const sliceSchema = z.object({
  bom,
  surface: narrowed,
  region: narrowed,
  prompt_id: narrowed,
  brand_id: narrowed.describe('Captures that name or cite the brand, by its id in these files.'),
  domain: narrowed.describe('Captures that cite the registrable domain.'),
  url: narrowed.describe('Captures that cite the canonical URL.'),
  category: narrowed.describe('Of prompts of the category.'),
  day: narrowed.describe('Captured on the day, 2026-11-27 (UTC).'),
});

function narrowedTo(read: ReadReport, query: z.infer<typeof sliceSchema>): ReadReport {
  const { bom: _, prompt_id, brand_id, ...rest } = query;
  const named = { ...rest, promptId: prompt_id, brandId: brand_id };
  const slice: ObservationSlice = Object.fromEntries(
    Object.entries(named).filter(([, value]) => value !== undefined),
  );
  return { ...read, observations: [...observationsOf(read.observations, read.metrics.prompts, slice)] };
}

function fileRoute(app: App, context: ApiContext, file: OutputFile): void {
  const { name, summary, type, pieces, sliced = false } = file;
  const querystring: typeof sliceSchema = sliced ? sliceSchema : (z.object({ bom }) as typeof sliceSchema);
  app.get(
    `/v1/reports/:report_id/${name}`,
    {
      schema: {
        ...{ tags: ['Files'], params, querystring, summary },
        response: { 200: fileSchema(type), ...errors },
      },
    },
    async (request, reply) => {
      const { report, read: whole } = await measuredReport(context, request, request.params.report_id);
      const read = sliced ? narrowedTo(whole, request.query) : whole;
      reply.header('content-disposition', `attachment; filename="report-${report.id}-${name}"`);
      return sendText(reply, type, Readable.from(pieces(read, { bom: request.query.bom === '1' })));
    },
  );
}

function fileSchema(type: string) {
  return {
    description: 'The file.',
    content: { [type]: { schema: z.string().meta({ format: 'binary' }) } },
  };
}

function sendText(
  reply: Pick<FastifyReply, 'headers' | 'type' | 'send'>,
  type: string,
  body: string | Readable,
) {
  // Whoever opens the page in a browser gets what a shared one has: nothing loaded, nothing kept.
  return reply.headers(shareHeaders()).type(`${type}; charset=utf-8`).send(body);
}

/** Throws NOT_FOUND, and CONFLICT for a report of which nothing was measured yet. */
async function measuredReport(
  context: ApiContext,
  request: FastifyRequest,
  id: string,
): Promise<{ report: Report; read: ReadReport }> {
  const report = await foundReport(context, request, id);
  const read = await readMeasuredReport(context.db, callerOf(request).accountId, report);
  if (read !== undefined) return { report, read };
  throw new ApiError('CONFLICT', 'nothing was measured yet: the report has no run that ended', {
    details: { reason: 'report_not_measured' },
  });
}
