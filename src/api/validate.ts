import type { FastifySchemaCompiler } from 'fastify';
import { z } from 'zod';
import { ApiError } from '../contract/errors.ts';
import { storableJson, unstorablePath } from '../contract/storable-text.ts';
import { issuesOf, requestError } from './request-issues.ts';
import { regionWireSchema } from './wire.ts';

const REGION_FIELDS = Object.keys(regionWireSchema.shape);

/** Fields a message may suggest at a path of a body of this schema. */
function fieldsAt(path: readonly PropertyKey[], schema: z.ZodType): readonly string[] {
  if (path[0] === 'regions') return REGION_FIELDS;
  if (path[0] === 'webhook') return ['url', 'secret'];
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

/** Fastify's validator for our zod schemas: issues leave it as one ApiError in the words of the catalogue. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart }) => {
  return (data: unknown) => {
    if (httpPart === 'body') {
      if (data === undefined)
        return { error: new ApiError('INVALID_JSON', 'request body is not valid JSON') };
    }
    if (httpPart === 'body' || httpPart === 'querystring') {
      const unstorable = unstorablePath(data);
      if (unstorable !== undefined) return { error: unstorableError(unstorable) };
    }
    // An id that cannot be stored names nothing: it is looked up with its faults marked, and not found.
    const given: unknown = httpPart === 'params' ? JSON.parse(storableJson(data)) : data;
    const result = schema.safeParse(given);
    if (result.success) return { value: result.data };
    return { error: requestError(issuesOf(result.error, (path) => fieldsAt(path, schema))) };
  };
};

function unstorableError(path: string): ApiError {
  const message = `${path} contains a character that cannot be stored (U+0000 or an unpaired surrogate)`;
  return requestError([{ code: 'VALIDATION_FAILED', path, message }]);
}
