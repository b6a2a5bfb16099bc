import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Webhook } from 'standardwebhooks';

/** A request as a consumer of webhooks sees it. */
export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  /** `performance.now()`. */
  at: number;
}

export type Behaviour = (received: Received, response: ServerResponse) => void;

/** A consumer on loopback: takes everything down, answers as it is told. */
export interface Receiver {
  url: string;
  /** For FLEET_WEBHOOK_ALLOW. */
  hostPort: string;
  received: Received[];
  /** Sockets that ever connected. */
  connections: number;
  behave(behaviour: Behaviour): void;
  close(): Promise<void>;
}

/** Answers 204. */
export const acknowledge: Behaviour = (_received, response) => void response.writeHead(204).end();

/** Answers with a status and headers. */
export function answering(status: number, headers: Record<string, string> = {}): Behaviour {
  return (_received, response) => void response.writeHead(status, headers).end('no');
}

export async function startReceiver(first: Behaviour = acknowledge): Promise<Receiver> {
  let behaviour = first;
  const sockets = new Set<Socket>();
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const received = { path: request.url ?? '', headers: request.headers, body, at: performance.now() };
      receiver.received.push(received);
      behaviour(received, response);
    });
  });
  server.on('connection', (socket) => {
    receiver.connections++;
    sockets.add(socket);
    socket.on('error', () => undefined); // The courier cuts what it does not want to read.
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}`,
    hostPort: `127.0.0.1:${port}`,
    received: [],
    connections: 0,
    behave: (next) => {
      behaviour = next;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
  return receiver;
}

/** Whether a secret verifies what was received; the age of its timestamp is left aside, because tests move the clock. */
export function verifies(secret: string, { body, headers }: Received): boolean {
  const at = new Date(Number(headers['webhook-timestamp']) * 1000);
  const expected = new Webhook(secret).sign(String(headers['webhook-id']), at, body);
  return String(headers['webhook-signature']).split(' ').includes(expected);
}
