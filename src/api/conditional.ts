import type { FastifyReply, FastifyRequest } from 'fastify';
import { sha256Hex } from '../platform/identifiers.ts';
import { headerText } from './header-text.ts';

const TAG_LENGTH = 32;

/** Tag of a body: strong for what never changes again, weak while it lives. */
export function entityTag(body: unknown, version: string, terminal: boolean): string {
  const tag = `"${sha256Hex(`${version}\n${JSON.stringify(body)}`).slice(0, TAG_LENGTH)}"`;
  return terminal ? tag : `W/${tag}`;
}

/** Whether an `If-None-Match` header names a tag; compared weakly, as RFC 9110 13.1.2 has it. */
export function isNamed(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const bare = tag.replace(/^W\//, '');
  return ifNoneMatch.split(',').some((given) => {
    const text = given.trim();
    return text === '*' || text.replace(/^W\//, '') === bare;
  });
}

/**
 * Puts the validators of a body on its answer. True when the client has it already: the answer is 304 then, without a
 * body, and costs no quota.
 */
export function notModified(
  request: FastifyRequest,
  reply: FastifyReply,
  answer: { body: unknown; terminal: boolean },
): boolean {
  const tag = entityTag(answer.body, request.apiVersion, answer.terminal);
  reply.header('etag', tag);
  reply.header('cache-control', answer.terminal ? 'private, max-age=86400, immutable' : 'private, no-cache');
  if (!isNamed(headerText(request.headers['if-none-match']), tag)) return false;
  reply.code(304);
  return true;
}
