import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { ApiVersion } from '../contract/dialect.ts';
import { ApiError } from '../contract/errors.ts';
import { errorCode } from '../platform/database-error.ts';
import { requestIdFrom } from '../platform/identifiers.ts';
import { resolveVersion } from './api-version.ts';
import { errorAnswer } from './error-answer.ts';

/** How long a client may take, in seconds: for its headers, and for the whole request. */
export interface ReceiveLimits {
  headersS: number;
  requestS: number;
}

/**
 * Which error a connection ended with before there was a request: too slow, too much header, or no HTTP. `headersRead`
 * tells which of the two limits a slow client hit.
 */
export function connectionError(
  code: string | undefined,
  headersRead: boolean,
  limits: ReceiveLimits,
): ApiError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    const seconds = headersRead ? limits.requestS : limits.headersS;
    return new ApiError('REQUEST_TIMEOUT', `request was not received within ${seconds} s`);
  }
  if (code === 'HPE_HEADER_OVERFLOW')
    return new ApiError('HEADERS_TOO_LARGE', 'request headers exceed 16 kB');
  return new ApiError('BAD_REQUEST', 'malformed HTTP request');
}

/**
 * Answers on the bare socket, where no request exists to answer to, and closes it. `version` is the dialect of the
 * request whose headers were read; undefined when none were.
 */
export function answerConnectionError(
  error: unknown,
  socket: Socket,
  context: { origin: string; limits: ReceiveLimits; version: ApiVersion | undefined },
): void {
  const code = errorCode(error);
  if (code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const failed = connectionError(code, context.version !== undefined, context.limits);
  const { status, headers, body } = errorAnswer(failed, {
    requestId: requestIdFrom(undefined),
    origin: context.origin,
    version: context.version ?? writtenVersion(error),
  });
  const text = JSON.stringify(body);
  const lines = Object.entries({
    ...headers,
    connection: 'close',
    'content-length': Buffer.byteLength(text),
  });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    ...lines.map(([name, value]) => `${name}: ${value}`),
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`);
}

/** The dialect that bytes which are no request ask for, where they can still be read as far as that. */
function writtenVersion(error: unknown): ApiVersion {
  const bytes =
    typeof error === 'object' && error !== null && 'rawPacket' in error ? error.rawPacket : undefined;
  const head = bytes instanceof Uint8Array ? Buffer.from(bytes).toString('latin1').split('\r\n\r\n')[0] : '';
  return resolveVersion(/^x-aisearch-version:[ \t]*([\d-]{10})[ \t]*\r?$/im.exec(head ?? '')?.[1], null);
}
