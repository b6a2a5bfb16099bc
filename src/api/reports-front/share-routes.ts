import { z } from 'zod';
import {
  createShare,
  extendShare,
  listShares,
  readShare,
  revokeShare,
  SHARE_DAYS,
  type Share,
} from '../../analysis/shares.ts';
import { ApiError } from '../../contract/errors.ts';
import { isoTime } from '../../platform/clock.ts';
import type { ApiContext } from '../api-context.ts';
import { callerOf } from '../caller.ts';
import type { App } from '../fastify-types.ts';
import { isUuid } from './brand-routes.ts';
import { deletedSchema } from './list-query.ts';
import { reportErrorSchema, validationError } from './report-errors.ts';
import { foundReport } from './report-routes.ts';

const errors = { '4xx': reportErrorSchema, '5xx': reportErrorSchema };
const tags = ['Shares'];
const params = z.object({ report_id: z.string() });
const MOST_DAYS = 365;

const shareSchema = z
  .strictObject({
    id: z.uuid(),
    object: z.literal('report.share'),
    report_id: z.uuid(),
    url: z.string().nullable().describe('Told once, when it is made: only its hash is kept.'),
    created_at: z.iso.datetime(),
    expires_at: z.iso.datetime(),
    revoked_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'ReportShare' });

const bodySchema = z
  .strictObject({
    expires_in_days: z.number().optional().describe(`1 to ${MOST_DAYS}, ${SHARE_DAYS} unless said.`),
  })
  .optional()
  .meta({ id: 'ReportShareCreate' });

/** Links that show a report to whoever has them. */
export function shareRoutes(app: App, context: ApiContext): void {
  app.post(
    '/v1/reports/:report_id/shares',
    {
      schema: {
        ...{ tags, params, summary: 'Make a link to a report', body: bodySchema },
        response: { 201: shareSchema, ...errors },
      },
    },
    async (request, reply) => {
      const report = await foundReport(context, request, request.params.report_id);
      const days = checkedDays(request.body?.expires_in_days);
      const { accountId } = callerOf(request);
      const now = context.clock.now();
      const { share, token } = await createShare(context.db, { accountId, reportId: report.id, days, now });
      reply.code(201);
      return presentShare(share, `/r/${token}`);
    },
  );
  app.get(
    '/v1/reports/:report_id/shares',
    {
      schema: {
        ...{ tags, params, summary: 'Links to a report' },
        response: {
          200: z.strictObject({ data: z.array(shareSchema), object: z.literal('list') }),
          ...errors,
        },
      },
    },
    async (request) => {
      const report = await foundReport(context, request, request.params.report_id);
      const shares = await listShares(context.db, callerOf(request).accountId, report.id);
      return { data: shares.map((share) => presentShare(share, null)), object: 'list' as const };
    },
  );
  oneShareRoutes(app, context);
  extendRoute(app, context);
}

function oneShareRoutes(app: App, context: ApiContext): void {
  app.get(
    '/v1/shares/:share_id',
    {
      schema: {
        ...{ tags, params: z.object({ share_id: z.string() }), summary: 'A link' },
        response: { 200: shareSchema, ...errors },
      },
    },
    async (request) => {
      const { share_id: id } = request.params;
      const { accountId } = callerOf(request);
      const share = isUuid(id) ? await readShare(context.db, accountId, id) : undefined;
      if (share === undefined) throw new ApiError('NOT_FOUND', 'no such share');
      return presentShare(share, null);
    },
  );
  app.delete(
    '/v1/shares/:share_id',
    {
      schema: {
        ...{ tags, params: z.object({ share_id: z.string() }), summary: 'Take a link back' },
        response: { 200: deletedSchema, ...errors },
      },
    },
    async (request) => {
      const { share_id: id } = request.params;
      const { accountId } = callerOf(request);
      const found = isUuid(id) && (await revokeShare(context.db, accountId, id, context.clock.now()));
      if (!found) throw new ApiError('NOT_FOUND', 'no such share');
      return { id, deleted: true as const, object: 'report.share' };
    },
  );
}

function extendRoute(app: App, context: ApiContext): void {
  app.patch(
    '/v1/shares/:share_id',
    {
      schema: {
        ...{
          tags,
          params: z.object({ share_id: z.string() }),
          summary: 'Let a link end so many days from now',
        },
        body: z.strictObject({ expires_in_days: z.number() }).meta({ id: 'ReportShareUpdate' }),
        response: { 200: shareSchema, ...errors },
      },
    },
    async (request) => {
      const { share_id: id } = request.params;
      const { accountId } = callerOf(request);
      const given = { days: checkedDays(request.body.expires_in_days), now: context.clock.now() };
      const share = isUuid(id) ? await extendShare(context.db, accountId, id, given) : undefined;
      if (share === undefined) throw new ApiError('NOT_FOUND', 'no such share');
      return presentShare(share, null);
    },
  );
}

/** How long a link shall work. Throws validation_error. */
function checkedDays(asked: number | undefined): number {
  const days = asked ?? SHARE_DAYS;
  if (Number.isInteger(days) && days >= 1 && days <= MOST_DAYS) return days;
  const msg = `expires_in_days is a whole number from 1 to ${MOST_DAYS}, not ${days}`;
  throw validationError([{ loc: ['body', 'expires_in_days'], msg, type: 'range' }]);
}

function presentShare(share: Share, url: string | null): z.infer<typeof shareSchema> {
  const time = (date: Date): string => isoTime(date.getTime());
  return {
    ...{ id: share.id, object: 'report.share', report_id: share.reportId, url },
    ...{ created_at: time(share.createdAt), expires_at: time(share.expiresAt) },
    revoked_at: share.revokedAt === null ? null : time(share.revokedAt),
  };
}
