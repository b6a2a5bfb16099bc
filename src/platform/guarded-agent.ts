import type { Socket } from 'node:net';
import { Agent, buildConnector } from 'undici';
import { type AddressGuard, AddressRefused, isPublicAddress } from './address-guard.ts';

const HEADER_BYTES = 16_384;

/**
 * An agent for one request whose every connection goes through the guard: the name is resolved by it, the connection made
 * to the very addresses it passed, and where the socket really leads is looked at once more. No proxy, HTTP/1.1 only.
 */
export function guardedAgent(
  target: URL,
  guard: AddressGuard,
  limits: { connectMs: number; totalMs: number },
): Agent {
  const connector = buildConnector({
    timeout: limits.connectMs,
    allowH2: false,
    maxCachedSessions: 0,
    lookup: (_hostname, options, callback) => {
      guard.addresses(target).then(
        (found) => {
          const first = found[0];
          if (options.all) callback(null, found);
          else if (first === undefined) callback(new Error('no address'), '', 4);
          else callback(null, first.address, first.family);
        },
        (error: Error) => callback(error, '', 4),
      );
    },
  });
  return new Agent({
    connections: 1,
    pipelining: 0,
    maxHeaderSize: HEADER_BYTES,
    headersTimeout: limits.totalMs,
    bodyTimeout: limits.totalMs,
    connect: (options, callback) => {
      connector(options, (error, socket) => {
        if (error !== null) return callback(error, null);
        if (isReachable(socket, target, guard)) return callback(null, socket);
        socket.destroy();
        callback(new AddressRefused('address'), null);
      });
    },
  });
}

/** The last look, at where the socket really leads. */
function isReachable(socket: Socket, target: URL, guard: AddressGuard): boolean {
  return guard.isException(target) || isPublicAddress(socket.remoteAddress ?? '');
}
