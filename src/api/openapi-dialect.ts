import type { FastifySchema } from 'fastify';
import { z } from 'zod';
import type { ApiVersion } from '../contract/dialect.ts';
import { envelopeSchema } from '../contract/envelope.ts';
import { jobViewSchema } from '../contract/job-view.ts';
import { jobSchema as reportJobSchema } from './reports-front/job-wire.ts';
import { reportErrorSchema } from './reports-front/report-errors.ts';
import { errorBodySchema, submitAnswerSchema } from './wire.ts';
import { nestedErrorSchema, nestedSubmitAnswerSchema } from './wire-2026-06-01.ts';

/** 200 of a submit in any dialect: what the route may return; each document says its own. */
export const anySubmitAnswerSchema = z.union([submitAnswerSchema, envelopeSchema]);

/**
 * 200 and errors of `GET /v1/jobs/:id`: a bare UUID names a run of the reports front there, which answers in that front's
 * shapes in every dialect (specs/analysis.md A.6).
 */
export const anyJobSchema = z.union([jobViewSchema, envelopeSchema, reportJobSchema]);
export const anyJobErrorSchema = z.union([errorBodySchema, reportErrorSchema]);

/** What each dialect puts in the place of a response schema the routes declare. */
const OWN: Readonly<Record<ApiVersion, ReadonlyMap<unknown, unknown>>> = {
  '2026-06-27': new Map([[anySubmitAnswerSchema, submitAnswerSchema]]),
  '2026-06-01': new Map<unknown, unknown>([
    [anySubmitAnswerSchema, nestedSubmitAnswerSchema],
    [errorBodySchema, nestedErrorSchema],
    [anyJobErrorSchema, z.union([nestedErrorSchema, reportErrorSchema])],
  ]),
};

/** A route's schema as a dialect answers it. */
export function inDialect(version: ApiVersion, schema: FastifySchema): FastifySchema {
  const { response } = schema;
  if (typeof response !== 'object' || response === null) return schema;
  const own = OWN[version];
  const replaced = Object.entries(response).map(([status, answer]) => [status, own.get(answer) ?? answer]);
  return { ...schema, response: Object.fromEntries(replaced) };
}

/** Id of an operation, of its method and path: `GET /v1/jobs/:id/proof` is `getJobsByIdProof`. */
export function operationIdOf(method: string, path: string): string {
  const words = path
    .replace(/^\/v1\//, '')
    .replaceAll(':', 'by-')
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '');
  return [method.toLowerCase(), ...words.map((word) => `${word[0]?.toUpperCase()}${word.slice(1)}`)].join('');
}
