import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { once } from '../../analysis/kept-answer.ts';
import type { Sql } from '../../platform/database.ts';
import type { ApiContext } from '../api-context.ts';
import { callerOf } from '../caller.ts';
import { headerText } from '../header-text.ts';
import { validationError } from './report-errors.ts';

const LONGEST_KEY = 160;

export const onceHeadersSchema = z.looseObject({
  'idempotency-key': z.string().optional().describe('The same key and body give the first answer again.'),
});

/** Does the work of a POST in one transaction, once per Idempotency-Key; a repetition says so in its header. */
export async function answeredOnce<T>(
  context: ApiContext,
  request: FastifyRequest,
  reply: FastifyReply,
  schema: z.ZodType<T>,
  work: (sql: Sql) => Promise<T>,
): Promise<T> {
  const key = headerText(request.headers['idempotency-key']) ?? null;
  if (key !== null && (key === '' || key.length > LONGEST_KEY)) {
    const msg = `Idempotency-Key has 1 to ${LONGEST_KEY} characters, not ${key.length}`;
    throw validationError([{ loc: ['header', 'Idempotency-Key'], msg, type: 'length' }]);
  }
  const { answer, replayed } = await once(
    context.db,
    {
      caller: callerOf(request),
      key,
      asked: { path: pathOf(request), body: request.body ?? {} },
      schema,
      now: context.clock.now(),
    },
    work,
  );
  if (replayed) {
    reply.header('idempotent-replayed', 'true');
    context.metrics.idempotentReplays.inc();
  }
  return answer;
}

/** The path a client asked for, the same under every mount. */
function pathOf({ url }: FastifyRequest): string {
  return url.split('?')[0]?.replace(/^\/compat\/[a-z]+/, '') ?? url;
}
