import type { FastifyRequest } from 'fastify';
import { API_VERSIONS, type ApiVersion, DEFAULT_VERSION, isApiVersion } from '../contract/dialect.ts';
import { ApiError } from '../contract/errors.ts';
import { headerText } from './header-text.ts';

/**
 * The dialect of a request: its `X-AISearch-Version`, else its key's pin, else the default. A header we do not know
 * counts as none; `checkVersion` refuses it.
 */
export function resolveVersion(header: string | undefined, pin: string | null): ApiVersion {
  if (header !== undefined && isApiVersion(header)) return header;
  return pin !== null && isApiVersion(pin) ? pin : DEFAULT_VERSION;
}

/** Its `X-AISearch-Version` header. */
export function versionHeader(request: FastifyRequest): string | undefined {
  return headerText(request.headers['x-aisearch-version']);
}

/** Throws UNSUPPORTED_VERSION when a request asks, in `X-AISearch-Version`, for a dialect that is not served. */
export function checkVersion(header: string | undefined): void {
  if (header === undefined || isApiVersion(header)) return;
  const shown = header.toWellFormed().slice(0, 64);
  throw new ApiError(
    'UNSUPPORTED_VERSION',
    `version '${shown}' is not supported; valid versions: ${API_VERSIONS.join(', ')}`,
  );
}
