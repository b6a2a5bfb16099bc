import { z } from 'zod';
import { API_VERSIONS } from '../contract/dialect.ts';
import { ApiError } from '../contract/errors.ts';
import { type Caller, KEY_MODES, SCOPES } from '../jobs/account.ts';
import { type ApiKeyInfo, createKey, listKeys, revokeKey } from '../jobs/api-keys.ts';
import { isoTime } from '../platform/clock.ts';
import type { ApiContext } from './api-context.ts';
import { requireScope } from './authenticate.ts';
import { callerOf } from './caller.ts';
import type { App } from './fastify-types.ts';
import { requestError } from './request-issues.ts';
import { errorBodySchema, readHeadersSchema } from './wire.ts';

const SCOPE_LIST = `scopes must be a list of ${SCOPES.join(', ')}`;
const LABEL = 'label must be 1-100 characters';
const EXPIRES = 'expiresAt must be a time in the future, such as 2027-01-01T00:00:00Z';
const VERSION = `version must be one of ${API_VERSIONS.join(', ')}`;

const newKeySchema = z
  .strictObject(
    {
      label: z.string(LABEL).min(1, LABEL).max(100, LABEL),
      mode: z
        .enum(KEY_MODES, 'mode must be live or test')
        .optional()
        .describe(
          'Test keys capture from the stage and cost nothing. Default: the mode of the key that asks.',
        ),
      scopes: z.array(z.enum(SCOPES, SCOPE_LIST), SCOPE_LIST).min(1, SCOPE_LIST).optional(),
      expiresAt: z.iso.datetime({ offset: true, error: EXPIRES }).optional(),
      version: z.enum(API_VERSIONS, VERSION).optional().describe('Dialect this key speaks.'),
    },
    'body must be a JSON object',
  )
  .meta({ id: 'NewKey' });

const keySchema = z
  .strictObject({
    id: z.string(),
    label: z.string(),
    mode: z.enum(KEY_MODES),
    scopes: z.array(z.enum(SCOPES)),
    version: z.string().nullable(),
    lastFour: z.string(),
    createdAt: z.string(),
    expiresAt: z.string().nullable(),
    lastUsedAt: z.string().nullable(),
    revokedAt: z.string().nullable(),
  })
  .meta({ id: 'Key' });

const createdSchema = z
  .strictObject({ key: z.string().describe('Shown this once.'), info: keySchema })
  .meta({ id: 'CreatedKey' });

const errors = { '4xx': errorBodySchema, '5xx': errorBodySchema };

/** `POST/GET /v1/keys`, `DELETE /v1/keys/:id`: the keys of the caller's own account. */
export function keysRoutes(app: App, context: ApiContext): void {
  app.post(
    '/v1/keys',
    {
      schema: {
        tags: ['Account'],
        summary: 'Make an API key; it is shown once',
        body: newKeySchema,
        headers: readHeadersSchema,
        response: { 201: createdSchema, ...errors },
      },
    },
    async (request, reply) => {
      const created = await create(context, callerOf(request), request.body);
      reply.code(201);
      return created;
    },
  );
  app.get(
    '/v1/keys',
    {
      schema: {
        tags: ['Account'],
        summary: 'The API keys of this account, the oldest first',
        headers: readHeadersSchema,
        response: { 200: z.strictObject({ data: z.array(keySchema) }), ...errors },
      },
    },
    async (request) => {
      const keys = await listKeys(context.db, callerOf(request).accountId);
      return { data: keys.map(shown) };
    },
  );
  app.delete(
    '/v1/keys/:id',
    {
      schema: {
        tags: ['Account'],
        summary: 'Revoke an API key; it is refused everywhere within 5 s',
        params: z.object({ id: z.string() }),
        headers: readHeadersSchema,
        response: { 200: keySchema, ...errors },
      },
    },
    async (request) => {
      const { id } = request.params;
      const revoked = await revokeKey(context.db, id, context.clock.now(), callerOf(request).accountId);
      if (revoked !== undefined) return shown(revoked);
      throw new ApiError('KEY_NOT_FOUND', z.uuid().safeParse(id).success ? `no key '${id}'` : 'no such key');
    },
  );
}

/** Nobody can make a key that may do more than the one they hold. */
async function create(
  context: ApiContext,
  caller: Caller,
  asked: z.infer<typeof newKeySchema>,
): Promise<z.infer<typeof createdSchema>> {
  const now = context.clock.now();
  const scopes = asked.scopes ?? caller.scopes;
  for (const scope of scopes) requireScope(caller, scope);
  const mode = asked.mode ?? caller.mode;
  if (mode === 'live' && caller.mode === 'test') throw invalid('mode', 'a test key can make test keys only');
  const expiresAt = asked.expiresAt === undefined ? null : Date.parse(asked.expiresAt);
  if (expiresAt !== null && expiresAt <= now) throw invalid('expiresAt', EXPIRES);
  const { key, info } = await createKey(
    context.db,
    {
      ...{ label: asked.label, accountId: caller.accountId, mode, scopes: [...new Set(scopes)], expiresAt },
      versionPin: asked.version ?? null,
    },
    now,
  );
  return { key, info: shown(info) };
}

function invalid(path: string, message: string): ApiError {
  return requestError([{ code: 'VALIDATION_FAILED', path, message }]);
}

function shown(info: ApiKeyInfo): z.infer<typeof keySchema> {
  const time = (at: Date | null): string | null => (at === null ? null : isoTime(at.getTime()));
  const { id, label, mode, scopes, versionPin, lastFour, createdAt, expiresAt, lastUsedAt, revokedAt } = info;
  return {
    ...{ id, label, mode, scopes, version: versionPin, lastFour, createdAt: isoTime(createdAt.getTime()) },
    ...{ expiresAt: time(expiresAt), lastUsedAt: time(lastUsedAt), revokedAt: time(revokedAt) },
  };
}
