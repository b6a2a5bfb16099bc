import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { S3Server } from '../integration/artifacts/s3-servers.ts';

/** `failing`: errors and cut connections in turn. `full`: what MinIO says on a full disk (507), for writes only. */
export type StoreState = 'well' | 'failing' | 'full';

/** A front before an S3 server that behaves as it is told, until it is told otherwise. */
export interface StoreFront {
  /** For FLEET_ARTIFACTS. */
  place: string;
  become(state: StoreState): void;
  refused: number;
  close(): Promise<void>;
}

const FULL =
  '<Error><Code>XMinioStorageFull</Code><Message>Storage backend has reached its minimum free drive threshold.</Message></Error>';
const FAILING = '<Error><Code>InternalError</Code><Message>injected</Message></Error>';

export async function storeFront(behind: S3Server): Promise<StoreFront> {
  let state: StoreState = 'well';
  let turn = 0;
  const server = createServer((incoming, outgoing) => {
    if (state === 'well' || (state === 'full' && incoming.method !== 'PUT')) {
      forward(behind.endpoint, incoming, outgoing);
      return;
    }
    front.refused++;
    incoming.resume();
    if (state === 'full') outgoing.writeHead(507).end(FULL);
    else if (turn++ % 3 === 0) incoming.socket.destroy();
    else outgoing.writeHead(turn % 2 === 0 ? 500 : 503).end(FAILING);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  const front: StoreFront = {
    place: `s3+http://S3RVER:S3RVER@127.0.0.1:${port}/proofs/fleet`,
    become: (next) => {
      state = next;
    },
    refused: 0,
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
  return front;
}

function forward(endpoint: string, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const target = request(
    `${endpoint}${incoming.url ?? ''}`,
    { method: incoming.method, headers: incoming.headers },
    (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    },
  );
  target.on('error', () => outgoing.destroy());
  incoming.on('error', () => target.destroy());
  incoming.pipe(target);
}
