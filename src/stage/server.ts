import type { IncomingMessage } from 'node:http';
import { createSecureServer } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { FleetError } from '../contract/errors.ts';
import { Answering, type StageLog } from './answering.ts';
import { certificateFor } from './certificate.ts';
import { STAGES } from './registry.ts';
import type { LoggedRequest } from './request-log.ts';
import type { SurfaceStage } from './scene.ts';

export interface StageOptions {
  log?: StageLog;
  /** Surfaces to play; all of the registry unless given (tests). */
  stages?: readonly SurfaceStage[];
  /** Port on loopback; a free one unless given. */
  port?: number;
  clock?: { now(): number };
}

/** A running stage. */
export interface Stage {
  port: number;
  /** What was asked so far (the newest 10 000), oldest first. */
  requests(): LoggedRequest[];
  /** Forgets requests and hit counts. */
  clearRequests(): void;
  /** Cuts every connection and timer at once and resolves when the port is free. */
  stop(): Promise<void>;
}

type Server = ReturnType<typeof createSecureServer>;

/** Arguments that send all of Chromium's traffic to the stage: no name resolves to anything else. */
export function stageBrowserArgs(port: number): string[] {
  return [`--host-resolver-rules=MAP * 127.0.0.1:${port}`, '--ignore-certificate-errors'];
}

/**
 * Starts the closed replay universe: one TLS server on loopback, HTTP/2 and HTTP/1.1 (WebSocket), that plays every
 * surface's own host names.
 *
 * A request goes to the surface that owns its host, and there to the scene its query names (`x-stage-query` header,
 * see request.ts and scene.ts). What no scene answers gets an empty 204, or 404 where a document was asked for; a
 * scene that does not exist, 404 with the names that do. Throws PORT_IN_USE when the port is taken.
 */
export async function startStage(options: StageOptions = {}): Promise<Stage> {
  const stages = options.stages ?? STAGES;
  const clock = options.clock ?? { now: () => Date.now() };
  const answering = new Answering({ stages, clock, log: options.log });
  const certificate = await certificateFor(stages.flatMap((stage) => stage.hosts));
  const server = createSecureServer({ ...certificate, allowHTTP1: true });
  const sockets = trackSockets(server);
  server.on('request', (incoming, outgoing) => void answering.answer(incoming, outgoing));
  server.on('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Buffer) =>
    answering.upgrade(incoming, socket, head),
  );
  // A browser that aborts mid-flight is ordinary here; its socket closes by itself.
  server.on('sessionError', (error) => options.log?.debug({ error }, 'stage session ended by an error'));
  const port = await listen(server, options.port ?? 0);
  return {
    port,
    requests: () => answering.requests.all(),
    clearRequests: () => answering.requests.clear(),
    stop: async () => {
      answering.abortAll();
      await close(server, sockets);
    },
  };
}

function trackSockets(server: Server): Set<Socket> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return sockets;
}

async function close(server: Server, sockets: Set<Socket>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve()); // Its one error says that it was closed before: the same end.
  for (const socket of sockets) socket.destroy();
  await promise;
}

async function listen(server: Server, port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', (cause: NodeJS.ErrnoException) => reject(listenError(cause, port)));
  server.listen(port, '127.0.0.1', () => resolve());
  await promise;
  return (server.address() as AddressInfo).port;
}

function listenError(cause: NodeJS.ErrnoException, port: number): Error {
  if (cause.code !== 'EADDRINUSE') return cause;
  return new FleetError('PORT_IN_USE', `port ${port} is taken`, { cause, fix: 'Choose another port.' });
}
