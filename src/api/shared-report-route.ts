import { z } from 'zod';
import { readMeasuredReport } from '../analysis/measure-report.ts';
import { readReport } from '../analysis/reports.ts';
import { readShared } from '../analysis/shares.ts';
import { ApiError } from '../contract/errors.ts';
import { takeRate } from '../jobs/limits.ts';
import { shareHeaders } from '../outputs/share-headers.ts';
import type { ApiContext } from './api-context.ts';
import type { App } from './fastify-types.ts';
import { reportPage } from './report-page.ts';

/** A token is 256 bits in base64url; anything else names nothing and is not looked up. */
const TOKEN = /^[A-Za-z0-9_-]{43}$/;
/** Views of one link per minute: rendering costs more than reading. */
const VIEWS = { name: 'request', quota: 60, windowS: 60 } as const;

/**
 * `GET /r/<token>`: a report for whoever has its link, without a key. A link that was never given, was taken back or ran
 * out is the same 404; nobody may keep, frame or index the page, and its address is sent nowhere.
 */
export function sharedReportRoute(app: App, context: ApiContext): void {
  const { db, clock } = context;
  app.get(
    '/r/:token',
    { schema: { hide: true, params: z.object({ token: z.string() }) } },
    async (request, reply) => {
      reply.headers(shareHeaders());
      const { token } = request.params;
      const shared = TOKEN.test(token) ? await readShared(db, token, clock.now()) : undefined;
      const nothing = new ApiError('NOT_FOUND', 'this link shows nothing, or no longer');
      if (shared === undefined) throw nothing;
      const { accountId, reportId } = shared;
      const { allowed } = await takeRate(db, `share:${reportId}`, VIEWS);
      if (!allowed) {
        throw new ApiError('RATE_LIMIT_EXCEEDED', 'this link is opened too often; retry in 60 s', {
          headers: { 'retry-after': '60' },
        });
      }
      const report = await readReport(db, accountId, reportId);
      const read = report === undefined ? undefined : await readMeasuredReport(db, accountId, report);
      if (report === undefined || read === undefined) throw nothing;
      // Who was given one report was not given the earlier ones.
      const page = await reportPage(report, { ...read, history: [] });
      return reply.type('text/html; charset=utf-8').send(page);
    },
  );
}
