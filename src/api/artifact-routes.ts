import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { DOWNLOADS, type Download, type KeptArtifact, keptArtifacts } from '../artifacts/kept-artifacts.ts';
import { contentTypeOf } from '../artifacts/s3-store.ts';
import { envelopeSchema } from '../contract/envelope.ts';
import { ApiError, FleetError } from '../contract/errors.ts';
import { isJobId, parseChildId } from '../contract/ids.ts';
import { type ChildArtifacts, readArtifacts } from '../jobs/child-artifacts.ts';
import { isoTime } from '../platform/clock.ts';
import type { ApiContext } from './api-context.ts';
import { callerOf } from './caller.ts';
import { isNamed } from './conditional.ts';
import { unavailable } from './error-answer.ts';
import type { App } from './fastify-types.ts';
import { headerText } from './header-text.ts';
import { presenterFor } from './presenters/index.ts';
import { errorBodySchema, readHeadersSchema } from './wire.ts';

const LINK_S = 300;
const KIND = `kind must be one of ${DOWNLOADS.join(', ')}`;

const proofSchema = z
  .strictObject({
    id: z.string(),
    artifacts: z.array(
      z.strictObject({
        kind: z.enum(DOWNLOADS),
        key: z.string(),
        sha256: z.string().nullable(),
        bytes: z.int().nullable().describe('null when the stored bytes are not what the hash says'),
        verified: z.boolean().describe('the stored bytes were read now, and match the hash'),
        path: z.string().describe('where to download it'),
      }),
    ),
  })
  .meta({ id: 'Proof' });

const linkSchema = z
  .strictObject({
    url: z.string(),
    expiresAt: z.iso.datetime(),
    sha256: z.string().nullable(),
    bytes: z.int(),
  })
  .meta({ id: 'ArtifactLink' });

const bytes = z.string().meta({ format: 'binary' });
const download = {
  description: 'The artifact, checked against its hash; or, with presign=1, a link to it.',
  content: {
    'application/json': { schema: z.union([linkSchema, envelopeSchema]) },
    'application/gzip': { schema: bytes },
    'text/html': { schema: bytes },
    'image/png': { schema: bytes },
    'image/webp': { schema: bytes },
  },
};
const errors = { '4xx': errorBodySchema, '5xx': errorBodySchema };

/** `GET /v1/jobs/:id/proof` and `GET /v1/jobs/:id/artifacts/:kind`, for the ids of children. */
export function artifactRoutes(app: App, context: ApiContext): void {
  app.get(
    '/v1/jobs/:id/proof',
    {
      schema: {
        tags: ['Artifacts'],
        summary: 'What a capture left as proof, each artifact checked against its hash now',
        params: z.object({ id: z.string().describe('A child id.') }),
        headers: readHeadersSchema,
        response: { 200: proofSchema, ...errors },
      },
    },
    async (request) => proof(context, request, request.params.id),
  );
  app.get(
    '/v1/jobs/:id/artifacts/:kind',
    {
      schema: {
        tags: ['Artifacts'],
        summary: 'Download one artifact, or with presign=1 get a link to it where the store makes links',
        params: z.object({ id: z.string().describe('A child id.'), kind: z.enum(DOWNLOADS, KIND) }),
        querystring: z.object({ presign: z.enum(['0', '1'], 'presign must be 0 or 1').optional() }),
        headers: readHeadersSchema,
        response: { 200: download, 304: z.null().describe('Not changed since If-None-Match.'), ...errors },
      },
    },
    async (request, reply) => {
      const { id, kind } = request.params;
      const presign = request.query.presign === '1';
      await sendArtifact(context, request, reply as FastifyReply, { id, kind, presign });
      return reply;
    },
  );
}

/** The artefacts of a child of this caller. Throws JOB_NOT_FOUND, ARTIFACT_NOT_FOUND for parents, ARTIFACT_EXPIRED. */
async function keptOf(
  context: ApiContext,
  request: FastifyRequest,
  id: string,
): Promise<{ child: ChildArtifacts; kept: KeptArtifact[] }> {
  const parts = parseChildId(id);
  if (isJobId(id))
    throw new ApiError('ARTIFACT_NOT_FOUND', 'a parent job has no artifacts; ask for those of its children');
  const { accountId } = callerOf(request);
  const child = parts && (await readArtifacts(context.db, accountId, parts));
  if (child === undefined)
    throw new ApiError('JOB_NOT_FOUND', parts === undefined ? 'no such job' : `no job '${id}'`);
  const kept = keptArtifacts(child.artifacts, child.envelopeSha256);
  if (child.retiredAt === null) return { child, kept };
  const day = isoTime(child.retiredAt.getTime()).slice(0, 10);
  throw new ApiError('ARTIFACT_EXPIRED', `artifacts of '${id}' passed their retention on ${day}`, {
    details: Object.fromEntries(kept.map(({ kind, sha256 }) => [`${kind}Sha256`, sha256])),
  });
}

async function proof(
  context: ApiContext,
  request: FastifyRequest,
  id: string,
): Promise<z.infer<typeof proofSchema>> {
  const { child, kept } = await keptOf(context, request, id);
  const shownId = presenterFor(request).childId(child.id);
  const artifacts = [];
  for (const { kind, key, sha256 } of kept) {
    const data = await verified(context, { kind, key, sha256 }).catch(ifCorrupt);
    artifacts.push({
      ...{ kind, key, sha256 },
      bytes: data?.byteLength ?? null,
      verified: data !== undefined && sha256 !== null,
      path: `/v1/jobs/${encodeURIComponent(shownId)}/artifacts/${kind}`,
    });
  }
  return { id: shownId, artifacts };
}

function ifCorrupt(error: unknown): undefined {
  if (error instanceof ApiError && error.code === 'ARTIFACT_CORRUPT') return undefined;
  throw error;
}

/** The bytes of an artefact, proved to be what was stored. Throws ARTIFACT_CORRUPT, SERVICE_UNAVAILABLE. */
async function verified(context: ApiContext, artifact: KeptArtifact): Promise<Buffer> {
  try {
    return await context.store.get(artifact.key, artifact.sha256);
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    if (error.code === 'ARTIFACT_UNAVAILABLE') throw unavailable(error);
    // Gone is as bad as changed: the Envelope promises these bytes.
    if (error.code !== 'ARTIFACT_CORRUPT' && error.code !== 'ARTIFACT_NOT_FOUND') throw error;
    context.metrics.artifactVerifyFailures.inc();
    throw new ApiError('ARTIFACT_CORRUPT', 'stored artifact failed its integrity check and was withheld', {
      cause: error,
    });
  }
}

async function sendArtifact(
  context: ApiContext,
  request: FastifyRequest,
  reply: FastifyReply,
  asked: { id: string; kind: Download; presign: boolean },
): Promise<void> {
  const { kept } = await keptOf(context, request, asked.id);
  const artifact = kept.find(({ kind }) => kind === asked.kind);
  if (artifact === undefined)
    throw new ApiError('ARTIFACT_NOT_FOUND', `job '${asked.id}' left no ${asked.kind}`);
  const { key, sha256 } = artifact;
  const tag = { etag: `"${sha256}"`, 'cache-control': 'private, max-age=86400, immutable' };
  const known = sha256 !== null && isNamed(headerText(request.headers['if-none-match']), tag.etag);
  if (known && !asked.presign) return void reply.headers(tag).code(304).send();
  const data = await verified(context, artifact);
  if (asked.presign && context.store.presign !== undefined) {
    const url = await context.store.presign(key, LINK_S);
    const expiresAt = isoTime(context.clock.now() + LINK_S * 1000);
    return void reply.send({ url, expiresAt, sha256, bytes: data.byteLength });
  }
  void reply.headers({ ...(sha256 === null ? {} : tag), ...sandboxed(key) }).send(data);
}

/** Captured pages are hostile: nothing of them may run or be sniffed here, and a browser saves instead of showing. */
function sandboxed(key: string): Record<string, string> {
  const name = encodeURIComponent(key.split('/').at(-1) ?? 'artifact');
  return {
    'content-type': contentTypeOf(key),
    'content-disposition': `attachment; filename*=UTF-8''${name}`,
    'content-security-policy': "sandbox; default-src 'none'",
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
  };
}
