import type { FastifyRequest } from 'fastify';
import { ApiError } from '../contract/errors.ts';
import type { App } from './fastify-types.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** 405 with `Allow` where the path exists under another method, else 404 (specs/edge.md 0.2 T5). */
export function unknownRoute(app: App, request: FastifyRequest): ApiError {
  const path = request.url.split('?')[0] ?? '/';
  const allowed = METHODS.filter((method) => app.findRoute({ method, url: path }) !== null);
  if (allowed.length === 0) {
    return new ApiError('NOT_FOUND', `no route ${request.method} ${path.toWellFormed().slice(0, 200)}`);
  }
  const list = allowed.join(', ');
  return new ApiError('METHOD_NOT_ALLOWED', `${request.method} is not allowed here; allowed: ${list}`, {
    headers: { allow: list },
  });
}
