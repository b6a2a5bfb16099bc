import { z } from 'zod';
import { envelopeSchema, flatViewSchema } from '../contract/envelope.ts';
import { API_ERRORS, type ApiErrorCode } from '../contract/errors.ts';
import { acceptedSchema } from './wire.ts';

/** Every error of the nested dialect. */
export const nestedErrorSchema = z
  .strictObject({
    error: z.strictObject({
      code: z.enum(Object.keys(API_ERRORS) as [ApiErrorCode, ...ApiErrorCode[]]),
      message: z.string(),
      status: z.int(),
      details: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
    }),
  })
  .meta({ id: 'NestedError' });

export type NestedErrorBody = z.infer<typeof nestedErrorSchema>;

/** 200 of a submit in the nested dialect: the Envelope, its flat view, or the job that a replay found. */
export const nestedSubmitAnswerSchema = z
  .union([envelopeSchema, flatViewSchema, acceptedSchema])
  .describe('Sync: the Envelope of the capture. Async: the job of a replayed request.');
