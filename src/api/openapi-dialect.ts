import type { FastifySchema } from 'fastify';
import { type ApiVersion, DEFAULT_VERSION } from '../contract/dialect.ts';
import { errorBodySchema, submitAnswerSchema } from './wire.ts';
import { nestedErrorSchema, nestedSubmitAnswerSchema } from './wire-2026-06-01.ts';

/** Response schemas that the nested dialect replaces by its own. */
const NESTED = new Map<unknown, unknown>([
  [errorBodySchema, nestedErrorSchema],
  [submitAnswerSchema, nestedSubmitAnswerSchema],
]);

/** A route's schema as a dialect answers it; routes are declared in the default dialect's. */
export function inDialect(version: ApiVersion, schema: FastifySchema): FastifySchema {
  const { response } = schema;
  if (version === DEFAULT_VERSION || typeof response !== 'object' || response === null) return schema;
  const replaced = Object.entries(response).map(([status, answer]) => [status, NESTED.get(answer) ?? answer]);
  return { ...schema, response: Object.fromEntries(replaced) };
}
