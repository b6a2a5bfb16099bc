import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from '@20minutes/s3rver';
import { startFauxqs } from 'fauxqs';
import { S3ArtifactStore } from '../../../src/artifacts/s3-store.ts';

/** A running S3 server with one bucket. */
export interface S3Server {
  endpoint: string;
  store(secret?: string): S3ArtifactStore;
  stop(): Promise<void>;
}

const BUCKET = 'proofs';

function storeAt(endpoint: string, secret: string): S3ArtifactStore {
  const credentials = { accessKeyId: 'S3RVER', secretAccessKey: secret };
  return new S3ArtifactStore({
    endpoint,
    bucket: BUCKET,
    prefix: 'fleet',
    region: 'us-east-1',
    ...credentials,
  });
}

/** fauxqs: wide API, checks no signatures. */
export async function fauxqsServer(): Promise<S3Server> {
  const server = await startFauxqs({ port: 0, logger: false });
  const endpoint = `http://127.0.0.1:${server.port}`;
  await fetch(`${endpoint}/${BUCKET}`, { method: 'PUT' });
  return { endpoint, store: (secret = 'S3RVER') => storeAt(endpoint, secret), stop: () => server.stop() };
}

/** s3rver: narrower, but it verifies signatures. */
export async function s3rverServer(): Promise<S3Server> {
  const directory = mkdtempSync(join(tmpdir(), 'fleet-s3rver-'));
  const server = new S3rver({
    ...{ port: 0, address: '127.0.0.1', silent: true, directory },
    ...{ allowMismatchedSignatures: false, configureBuckets: [{ name: BUCKET, configs: [] }] },
  });
  const { port } = await server.run();
  const endpoint = `http://127.0.0.1:${port}`;
  return {
    endpoint,
    store: (secret = 'S3RVER') => storeAt(endpoint, secret),
    stop: async () => {
      await server.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** What the faulty front does to a request: an HTTP status, a broken connection, or nothing. */
export type Fault = number | 'reset' | 'pass';

/** A front before an S3 server that takes the given faults, one per request, before it lets requests through. */
export async function faultyFront(
  behind: S3Server,
): Promise<S3Server & { faults: Fault[]; seen: () => number }> {
  const faults: Fault[] = [];
  let seen = 0;
  const front = createServer((incoming: IncomingMessage, outgoing: ServerResponse) => {
    seen++;
    const fault = faults.shift() ?? 'pass';
    if (fault === 'reset') incoming.socket.destroy();
    else if (typeof fault === 'number') {
      incoming.resume();
      outgoing.writeHead(fault).end('<Error><Code>Injected</Code><Message>a fault</Message></Error>');
    } else forward(behind.endpoint, incoming, outgoing);
  });
  await new Promise<void>((ready) => front.listen(0, '127.0.0.1', ready));
  const endpoint = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
  return {
    endpoint,
    faults,
    seen: () => seen,
    store: (secret = 'S3RVER') => storeAt(endpoint, secret),
    stop: async () => {
      front.closeAllConnections();
      await new Promise((done) => front.close(done));
    },
  };
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
  incoming.pipe(target);
}
