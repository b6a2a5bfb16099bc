import { ApiError } from '../contract/errors.ts';

/** Date of the dialect this server speaks (specs/edge.md 1.3; the reference OpenAPI's own). */
export const API_VERSION = '2026-06-27';

const VALID = [API_VERSION];

/** Throws UNSUPPORTED_VERSION when a request asks, in `X-AISearch-Version`, for a dialect that is not served. */
export function checkVersion(header: string | undefined): void {
  if (header === undefined || VALID.includes(header)) return;
  const shown = header.toWellFormed().slice(0, 64);
  throw new ApiError(
    'UNSUPPORTED_VERSION',
    `version '${shown}' is not supported; valid versions: ${VALID.join(', ')}`,
  );
}
