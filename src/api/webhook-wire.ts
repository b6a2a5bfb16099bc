import { z } from 'zod';
import { isoTime } from '../platform/clock.ts';
import { DELIVERY_STATES, type Delivery } from '../webhooks/delivery-log.ts';
import type { Endpoint } from '../webhooks/endpoints.ts';
import { EVENT_TYPES } from '../webhooks/event-type.ts';
import { ATTEMPT_RESULTS } from '../webhooks/post.ts';
import type { SecretInfo } from '../webhooks/secrets.ts';

const URL_TEXT = 'url must be an absolute https URL without credentials';
const EVENTS = `events must be a list of ${EVENT_TYPES.join(', ')}`;
const SINCE = 'since must be a time such as 2027-01-01T00:00:00Z';
const LIMIT = 'limit must be 1-100';
const STATE = `state must be one of ${DELIVERY_STATES.join(', ')}`;

export const newEndpointSchema = z
  .strictObject(
    {
      url: z.string(URL_TEXT),
      events: z
        .array(z.enum(EVENT_TYPES, EVENTS), EVENTS)
        .min(1, EVENTS)
        .optional()
        .describe('Kinds wanted; all when omitted. A child ends completed, failed, canceled or expired.'),
    },
    'body must be a JSON object',
  )
  .meta({ id: 'NewWebhookEndpoint' });

export const endpointSchema = z
  .strictObject({
    id: z.string(),
    url: z.string(),
    events: z.array(z.enum(EVENT_TYPES)).nullable().describe('null: all'),
    version: z.string().describe('dialect of the bodies: that of the request which made the endpoint'),
    createdAt: z.string(),
    disabledAt: z.string().nullable().describe('set when the receiver answered 410'),
  })
  .meta({ id: 'WebhookEndpoint' });

export const secretSchema = z
  .strictObject({
    id: z.string(),
    lastFour: z.string(),
    createdAt: z.string(),
    expiresAt: z.string().nullable().describe('end of the overlap after a rotation'),
    revokedAt: z.string().nullable(),
  })
  .meta({ id: 'WebhookSecret' });

export const newSecretSchema = z
  .strictObject({ secret: z.string().describe('Shown this once.'), info: secretSchema })
  .meta({ id: 'NewWebhookSecret' });

export const deliverySchema = z
  .strictObject({
    id: z.string(),
    eventId: z.string().describe('the webhook-id header of every attempt'),
    type: z.string(),
    jobId: z.string(),
    childId: z.string().nullable().describe('null when the whole job is told at once'),
    endpointId: z.string().nullable().describe('null for the webhook of the request'),
    url: z.string(),
    version: z.string(),
    state: z.enum(DELIVERY_STATES),
    requestId: z.string().describe('of the request that submitted the job'),
    createdAt: z.string(),
    nextAttemptAt: z.string().nullable(),
    finishedAt: z.string().nullable(),
    attempts: z.array(
      z.strictObject({
        number: z.int().positive(),
        at: z.string(),
        latencyMs: z.int(),
        status: z.int().nullable(),
        result: z.enum(ATTEMPT_RESULTS),
        answer: z.string().nullable().describe('first kilobyte of the answer, as text'),
      }),
    ),
  })
  .meta({ id: 'WebhookDelivery' });

export const deliveriesQuerySchema = z.object({
  jobId: z.string().max(200, 'jobId must be a job id').optional(),
  state: z.enum(DELIVERY_STATES, STATE).optional(),
  limit: z.coerce.number(LIMIT).int(LIMIT).min(1, LIMIT).max(100, LIMIT).optional().describe('20 by default'),
  cursor: z.string('cursor is not valid').max(200, 'cursor is not valid').optional(),
});

export const sinceQuerySchema = z.object({ since: z.iso.datetime({ offset: true, error: SINCE }) });

/** A secret without its text, as it travels. */
export function shownSecret({
  id,
  lastFour,
  createdAt,
  expiresAt,
  revokedAt,
}: SecretInfo): z.infer<typeof secretSchema> {
  return {
    id,
    lastFour,
    createdAt: iso(createdAt),
    expiresAt: isoOrNull(expiresAt),
    revokedAt: isoOrNull(revokedAt),
  };
}

/** An endpoint as it travels. */
export function shownEndpoint(endpoint: Endpoint): z.infer<typeof endpointSchema> {
  const { id, url, events, apiVersion, createdAt, disabledAt } = endpoint;
  return {
    id,
    url,
    events,
    version: apiVersion,
    createdAt: iso(createdAt),
    disabledAt: isoOrNull(disabledAt),
  };
}

/** A delivery with its log, as it travels. */
export function shownDelivery(delivery: Delivery): z.infer<typeof deliverySchema> {
  const { apiVersion, createdAt, dueAt, finishedAt, attempts, ...rest } = delivery;
  return {
    ...rest,
    version: apiVersion,
    createdAt: iso(createdAt),
    nextAttemptAt: delivery.state === 'pending' ? iso(dueAt) : null,
    finishedAt: isoOrNull(finishedAt),
    attempts: attempts.map(({ startedAt, ...attempt }) => ({ ...attempt, at: iso(startedAt) })),
  };
}

function iso(at: Date): string {
  return isoTime(at.getTime());
}

function isoOrNull(at: Date | null): string | null {
  return at === null ? null : iso(at);
}
