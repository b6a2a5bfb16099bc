import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { StageReply } from './reply.ts';
import { readRequest, type StageRequest } from './request.ts';
import { type LoggedRequest, RequestLog } from './request-log.ts';
import { type Route, routeOf } from './routing.ts';
import type { SurfaceStage } from './scene.ts';
import { StageSocket } from './socket.ts';

/** What the stage tells its log; the fleet's own logger fits. */
export interface StageLog {
  debug(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

type Incoming = IncomingMessage | Http2ServerRequest;
type Outgoing = ServerResponse | Http2ServerResponse;

export interface AnsweringOptions {
  stages: readonly SurfaceStage[];
  clock: { now(): number };
  log: StageLog | undefined;
}

/** Plays requests and WebSocket handshakes, each by the scene its query names. */
export class Answering {
  readonly requests = new RequestLog();
  readonly #options: AnsweringOptions;
  readonly #live = new Set<AbortController>();
  readonly #webSockets = new WebSocketServer({ noServer: true });

  constructor(options: AnsweringOptions) {
    this.#options = options;
  }

  /** Ends every scene that is playing. */
  abortAll(): void {
    for (const live of this.#live) live.abort(new Error('the stage stops'));
  }

  /** Answers one request; never rejects. */
  async answer(incoming: Incoming, outgoing: Outgoing): Promise<void> {
    const signal = this.#signalUntilClosed(outgoing);
    // Writing to a client that has left is expected on every cut; `close` follows and ends the scene.
    if (outgoing instanceof Http2ServerResponse) outgoing.stream.on('error', () => undefined);
    else outgoing.on('error', () => undefined);
    try {
      const request = readRequest(incoming, this.requests.count);
      const reply = new StageReply(outgoing, signal, crossOriginHeaders(request));
      await this.#play(request, reply);
      if (!reply.answered && !signal.aborted) fallBack(request, reply);
    } catch (error) {
      if (signal.aborted) return; // The scene was waiting for a client that has left: nobody is there to be told.
      this.#options.log?.error({ error }, 'stage scene failed');
      const reply = new StageReply(outgoing, signal);
      if (reply.answered) reply.reset();
      else reply.text(`stage error: ${String(error)}`, { status: 500 });
    }
  }

  /** Answers one WebSocket handshake and plays the connection. */
  upgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => undefined); // A reset peer; `close` follows and ends the scene.
    const request = readRequest(incoming, this.requests.count);
    const route = routeOf(request, this.#options.stages);
    this.#note(request, route);
    const scene = route.kind === 'scene' ? route.picked.scene : undefined;
    if (scene?.socket === undefined) {
      socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
      return;
    }
    this.#webSockets.handleUpgrade(incoming, socket, head, (webSocket) => {
      webSocket.on('error', () => undefined); // As above: ws closes the connection itself.
      const signal = this.#signalUntilClosed(webSocket);
      scene.socket?.(request, new StageSocket(webSocket, signal)).catch((error: unknown) => {
        if (signal.aborted) return; // The scene was waiting for a client that has left.
        this.#options.log?.error({ error }, 'stage socket scene failed');
        webSocket.terminate();
      });
    });
  }

  async #play(request: StageRequest, reply: StageReply): Promise<void> {
    const route = routeOf(request, this.#options.stages);
    this.#note(request, route);
    if (isPreflight(request)) reply.empty();
    else if (route.kind === 'unknown_scene') reply.text(route.message, { status: 404 });
    else if (route.kind === 'scene') await route.picked.scene.handle(request, reply);
  }

  #note(request: StageRequest, route: Route): void {
    const { method, host, path, httpVersion } = request;
    const scene = route.kind === 'scene' ? `${route.stage.surface}/${route.picked.name}` : null;
    const entry: LoggedRequest = { host, path, method, at: this.#options.clock.now(), httpVersion, scene };
    this.requests.add(entry);
    this.#options.log?.debug({ host, path, method, scene }, 'stage request');
  }

  #signalUntilClosed(connection: { once(event: 'close', listener: () => void): unknown }): AbortSignal {
    const live = new AbortController();
    this.#live.add(live);
    connection.once('close', () => {
      this.#live.delete(live);
      live.abort(new Error('the client left'));
    });
    return live.signal;
  }
}

/** Lets any page of the stage read the answer, as the surfaces' own cross-origin endpoints do. */
function crossOriginHeaders(request: StageRequest): Record<string, string> {
  const origin = request.headers.origin;
  if (origin === undefined) return {};
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
    'access-control-allow-headers': request.headers['access-control-request-headers'] ?? '*',
    vary: 'Origin',
  };
}

function isPreflight(request: StageRequest): boolean {
  return request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined;
}

function fallBack(request: StageRequest, reply: StageReply): void {
  if (request.isDocument) reply.text('nothing plays here', { status: 404 });
  else reply.empty(204);
}
