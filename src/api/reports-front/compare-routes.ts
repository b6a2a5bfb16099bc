import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type ComparedReports, compareStored } from '../../analysis/compare-report.ts';
import { shareHeaders } from '../../outputs/share-headers.ts';
import type { ApiContext } from '../api-context.ts';
import { callerOf } from '../caller.ts';
import type { App } from '../fastify-types.ts';
import { comparisonPage } from '../report-page.ts';
import { comparisonSchema, presentComparison } from './compare-wire.ts';
import { reportErrorSchema, validationError } from './report-errors.ts';
import { foundReport } from './report-routes.ts';

const errors = { '4xx': reportErrorSchema, '5xx': reportErrorSchema };
const tags = ['Comparison'];
const params = z.object({ report_id: z.string() });
const querystring = z.object({
  with: z.string().optional().describe('The earlier report, of the same brand. Required.'),
});
const DESCRIPTION =
  'An addition of ours. Paired by prompt, surface and region; both reports are read under the brand as it is now.';

/** What changed between two reports: `GET /v1/reports/{id}/compare?with={id}`, and `compare.html`. */
export function compareRoutes(app: App, context: ApiContext): void {
  app.get(
    '/v1/reports/:report_id/compare',
    {
      schema: {
        ...{ tags, params, querystring, summary: 'What changed since an earlier report' },
        description: DESCRIPTION,
        response: { 200: comparisonSchema, ...errors },
      },
    },
    async (request) =>
      presentComparison(await compared(context, request, request.params.report_id, request.query.with)),
  );
  app.get(
    '/v1/reports/:report_id/compare.html',
    {
      schema: {
        ...{ tags, params, querystring, summary: 'What changed since an earlier report, as one page' },
        description: DESCRIPTION,
        response: {
          200: {
            description: 'The file.',
            content: { 'text/html': { schema: z.string().meta({ format: 'binary' }) } },
          },
          ...errors,
        },
      },
    },
    async (request, reply) => {
      const { report_id: id } = request.params;
      const page = await comparisonPage(await compared(context, request, id, request.query.with));
      return reply.headers(shareHeaders()).type('text/html; charset=utf-8').send(page);
    },
  );
}

async function compared(
  context: ApiContext,
  request: FastifyRequest,
  id: string,
  earlier: string | undefined,
): Promise<ComparedReports> {
  const after = await foundReport(context, request, id);
  const loc = ['query', 'with'];
  if (!earlier) throw validationError([{ loc, msg: 'with names the earlier report', type: 'missing' }]);
  if (earlier.toLowerCase() === after.id) {
    throw validationError([{ loc, msg: 'a report is not compared with itself', type: 'value' }]);
  }
  const before = await foundReport(context, request, earlier);
  return compareStored(context.db, callerOf(request).accountId, before, after);
}
