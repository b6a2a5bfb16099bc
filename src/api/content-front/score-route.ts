import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { scoreNow } from '../../analysis/score-content.ts';
import type { ApiContext } from '../api-context.ts';
import { callerOf } from '../caller.ts';
import { unavailable } from '../error-answer.ts';
import type { App } from '../fastify-types.ts';
import { contentErrorSchema, withEstimate } from './content-errors.ts';
import { checkContentUrl } from './content-url.ts';
import { scoreAnswerSchema, scoreRequestSchema } from './content-wire.ts';
import { actionId, DEFAULT_COUNTRY, DEFAULT_LANGUAGE, flatBilling, presentBilling } from './present-run.ts';
import { presentScore } from './present-score.ts';

/** `POST …/content/score`: one page, at once, nothing kept. */
export function scoreRoute(app: App, context: ApiContext, base: string): void {
  app.post(
    `${base}/content/score`,
    {
      schema: {
        tags: ['Content intelligence'],
        summary: 'Score a page at once; nothing is kept',
        body: scoreRequestSchema,
        response: { 200: scoreAnswerSchema, '4xx': contentErrorSchema, '5xx': contentErrorSchema },
      },
    },
    (request) => score(context, request, request.body),
  );
}

async function score(
  context: ApiContext,
  request: FastifyRequest,
  body: z.infer<typeof scoreRequestSchema>,
): Promise<z.infer<typeof scoreAnswerSchema>> {
  const { capture } = context.pages;
  if (capture === undefined) throw unavailable();
  await checkContentUrl(context, body.url);
  const { db, clock } = context;
  const asked = {
    url: body.url,
    mode: body.extraction_mode === 'rendered' ? ('rendered' as const) : ('ssr' as const),
    language: body.language ?? null,
    trends: (body.trends ?? []).map(({ topic, description }) => ({ topic, description })),
  };
  const scored = await scoreNow({ db, clock, capture }, callerOf(request), asked).catch((error: unknown) => {
    throw withEstimate(error);
  });
  const result = presentScore(scored.result);
  const { reserved: estimated, settled, released } = scored.credits;
  return {
    action_decision_id: actionId(scored.id),
    status: scored.result.outcome === 'captured' ? 'completed' : 'failed',
    url: body.url,
    language: body.language ?? DEFAULT_LANGUAGE,
    country: body.country ?? DEFAULT_COUNTRY,
    ...result,
    ca_result: result,
    ...flatBilling(presentBilling({ estimated, reserved: 0, settled, released, ended: true })),
    explanation:
      scored.result.outcome === 'captured' ? 'Score completed.' : `Score failed: ${result.issue_message}`,
  };
}
