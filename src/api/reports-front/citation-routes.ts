import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { readMeasured } from '../../analysis/measure-report.ts';
import { listReports } from '../../analysis/reports.ts';
import { LISTED } from '../../measure/citation-shares.ts';
import type { CitationShare, ReportMetrics } from '../../measure/report-metrics.ts';
import { isoTime } from '../../platform/clock.ts';
import type { ApiContext } from '../api-context.ts';
import { callerOf } from '../caller.ts';
import type { App } from '../fastify-types.ts';
import { foundBrand } from './brand-routes.ts';
import { listAsked, listOf, listQuerySchema, presentList } from './list-query.ts';
import { reportErrorSchema } from './report-errors.ts';
import { foundReport } from './report-routes.ts';

const errors = { '4xx': reportErrorSchema, '5xx': reportErrorSchema };
const params = z.object({ brand_id: z.string() });
const querystring = listQuerySchema.extend({
  report_id: z.string().optional().describe('The latest completed report unless said.'),
});

const shareSchema = z.strictObject({
  value: z.number().nullable(),
  interval: z.strictObject({ low: z.number(), high: z.number() }).nullable(),
  k: z.number().nullable(),
  n: z.number(),
});

const fields = {
  report_id: z.uuid(),
  domain: z.string().nullable(),
  brand: z.string().nullable().describe('The brand of the book to which it belongs.'),
  citation_share: shareSchema.describe('Its entries among all cited entries of the report.'),
  citation_share_weighted: shareSchema.describe('Every answer weighs the same: the headline.'),
  cited_in: z.int().describe('Answers that cite it.'),
  rankprompt_score: z.null().describe('Not measured here.'),
  domain_category: z.null().describe('Not measured here.'),
  measured_at: z.iso.datetime(),
};

const citationSchema = z
  .strictObject({ ...fields, url: z.string(), page_category: z.null(), object: z.literal('citation') })
  .meta({ id: 'Citation' });

const domainSchema = z
  .strictObject({ ...fields, object: z.literal('citation.domain') })
  .meta({ id: 'CitationDomain' });

/** What the answers of a report cite, the most first: by page and by domain. Never over several reports. */
export function citationRoutes(app: App, context: ApiContext): void {
  app.get(
    '/v1/brands/:brand_id/citations',
    {
      schema: {
        ...{
          tags: ['Citations'],
          params,
          querystring,
          summary: `The ${LISTED} most cited pages of a report; all stand in its citations.csv`,
        },
        response: { 200: listOf(citationSchema), ...errors },
      },
    },
    (request) =>
      page(context, request, request.params.brand_id, request.query, 'urls', (share, about) => ({
        ...presentShare(share, about),
        ...{ url: share.key, domain: hostOf(share.key), page_category: null, object: 'citation' as const },
      })),
  );
  app.get(
    '/v1/brands/:brand_id/citations/by-domain',
    {
      schema: {
        ...{
          tags: ['Citations'],
          params,
          querystring,
          summary: `The ${LISTED} most cited domains of a report; all stand in its citations.csv`,
        },
        response: { 200: listOf(domainSchema), ...errors },
      },
    },
    (request) =>
      page(context, request, request.params.brand_id, request.query, 'domains', (share, about) => ({
        ...presentShare(share, about),
        ...{ domain: share.key, object: 'citation.domain' as const },
      })),
  );
}

interface About {
  reportId: string;
  metrics: ReportMetrics;
  measuredAt: Date;
}

async function page<Item>(
  context: ApiContext,
  request: FastifyRequest,
  brandId: string,
  query: z.infer<typeof querystring>,
  what: 'urls' | 'domains',
  present: (share: CitationShare, about: About) => Item,
) {
  const { accountId } = callerOf(request);
  const brand = await foundBrand(context, request, brandId);
  // The place of a cursor is here a rank of one report, so that a page of it never goes on in another.
  const { limit, after } = listAsked(accountId, query);
  const wanted = query.report_id ?? after?.id;
  const about = await measuredOf(context, request, brand.id, wanted);
  if (about === undefined) return presentList<Item>(accountId, [], null);
  const from = after?.id === about.reportId ? after.createdAt : 0;
  const shares = about.metrics[what];
  const items = shares.slice(from, from + limit).map((share) => present(share, about));
  const to = from + items.length;
  return presentList(accountId, items, to < shares.length ? { createdAt: to, id: about.reportId } : null);
}

/** The report asked for, else the latest completed one of the brand; undefined when there is none that was measured. */
async function measuredOf(
  context: ApiContext,
  request: FastifyRequest,
  brandId: string,
  wanted: string | undefined,
): Promise<About | undefined> {
  const { accountId } = callerOf(request);
  const asked = { brandId, status: 'completed' as const, limit: 1, after: null };
  const report =
    wanted === undefined
      ? (await listReports(context.db, accountId, asked)).items[0]
      : await foundReport(context, request, wanted);
  if (report === undefined || report.brandId !== brandId) return undefined;
  const measured = await readMeasured(context.db, report.id);
  if (measured === undefined) return undefined;
  return { reportId: report.id, metrics: measured.metrics, measuredAt: measured.measuredAt };
}

function presentShare(share: CitationShare, { reportId, metrics, measuredAt }: About) {
  const figure = ({ value, ciCategory, k, n }: CitationShare['weighted']) => ({
    ...{ value, interval: ciCategory, k, n },
  });
  return {
    report_id: reportId,
    brand: metrics.brands.find(({ brandId }) => brandId === share.brandId)?.name ?? null,
    citation_share: figure(share.occurrences),
    citation_share_weighted: figure(share.weighted),
    cited_in: share.observations,
    ...{ rankprompt_score: null, domain_category: null },
    measured_at: isoTime(measuredAt.getTime()),
  };
}

function hostOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).hostname : null;
}
