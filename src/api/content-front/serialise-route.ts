import { z } from 'zod';
import { serialisePage } from '../../analysis/serialise-page.ts';
import type { ApiContext } from '../api-context.ts';
import { callerOf } from '../caller.ts';
import { unavailable } from '../error-answer.ts';
import type { App } from '../fastify-types.ts';
import { contentErrorSchema, withEstimate } from './content-errors.ts';
import { checkContentUrl } from './content-url.ts';
import { billingSchema } from './content-wire.ts';
import { actionId, presentBilling } from './present-run.ts';

const DEFAULT_CHARS = 20_000;
const MOST_CHARS = 1_000_000;
const CHARS = `max_chars must be a whole number from 1 to ${MOST_CHARS}`;
const URL_TEXT = 'url must be an absolute http or https address of a public page';

const requestSchema = z
  .strictObject(
    {
      url: z.string(URL_TEXT),
      max_chars: z.int(CHARS).min(1, CHARS).max(MOST_CHARS, CHARS).optional().describe('Default: 20,000.'),
    },
    'body must be a JSON object',
  )
  .meta({ id: 'SerializePage' });

const answerSchema = z
  .strictObject({
    serialization: z.strictObject({
      action_decision_id: z.string(),
      url: z.string(),
      final_url: z.string().nullable(),
      http_status: z.int().nullable(),
      title: z.string().nullable(),
      language: z.string().nullable(),
      content_view: z.string().describe('The main text, furniture of the page left out.'),
      content_view_chars: z.int(),
      truncated: z.boolean(),
      blocked: z.boolean(),
      issue: z.string().nullable(),
      issue_message: z.string().nullable(),
      billing: billingSchema,
    }),
  })
  .meta({ id: 'SerializedPage' });

/** `POST /v1/pages/content/serialize`: a page's main text, as a crawler without JavaScript reads it. */
export function serialiseRoute(app: App, context: ApiContext): void {
  app.post(
    '/v1/pages/content/serialize',
    {
      schema: {
        tags: ['Content intelligence'],
        summary: 'The main text of a page, at once; nothing is kept',
        body: requestSchema,
        response: { 200: answerSchema, '4xx': contentErrorSchema, '5xx': contentErrorSchema },
      },
    },
    async (request) => {
      const { capture } = context.pages;
      if (capture === undefined) throw unavailable();
      const { url, max_chars: maxChars = DEFAULT_CHARS } = request.body;
      await checkContentUrl(context, url);
      const { db, clock } = context;
      const { id, result, credits } = await serialisePage({ db, clock, capture }, callerOf(request), {
        ...{ url, maxChars },
      }).catch((error: unknown) => {
        throw withEstimate(error);
      });
      const { settled, released, reserved: estimated } = credits;
      return {
        serialization: {
          ...{
            action_decision_id: actionId(id),
            url,
            final_url: result.finalUrl,
            http_status: result.httpStatus,
          },
          ...{ title: result.title, language: result.language, content_view: result.text },
          content_view_chars: result.text.length,
          truncated: result.text.length < result.wholeLength,
          blocked: result.issue?.blocked ?? false,
          ...{ issue: result.issue?.code ?? null, issue_message: result.issue?.message ?? null },
          billing: presentBilling({ estimated, reserved: 0, settled, released, ended: true }),
        },
      };
    },
  );
}
