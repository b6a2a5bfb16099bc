import type { IncomingHttpHeaders } from 'node:http';
import { ApiError } from '../contract/errors.ts';

const CODING = 'only UTF-8 / no content coding is supported';

/** Throws UNSUPPORTED_MEDIA_TYPE unless the headers announce plain JSON in UTF-8. */
export function checkMediaType(headers: IncomingHttpHeaders): void {
  const [type, ...parameters] = (headers['content-type'] ?? '')
    .split(';')
    .map((part) => part.trim().toLowerCase());
  if (type !== 'application/json') {
    throw new ApiError('UNSUPPORTED_MEDIA_TYPE', 'send Content-Type: application/json');
  }
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice('charset='.length);
  if (charset !== undefined && charset.replaceAll('"', '') !== 'utf-8') {
    throw new ApiError('UNSUPPORTED_MEDIA_TYPE', CODING);
  }
  const coding = headers['content-encoding']?.trim().toLowerCase();
  if (coding !== undefined && coding !== 'identity') throw new ApiError('UNSUPPORTED_MEDIA_TYPE', CODING);
}
