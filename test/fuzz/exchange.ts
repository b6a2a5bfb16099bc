import { Agent, request } from 'node:http';

export interface Sent {
  method: string;
  path: string;
  headers: Record<string, string>;
  payload: Uint8Array | undefined;
}

export interface Received {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  /** Without parameters. */
  type: string;
  text: string;
}

/** Sends requests as they are over connections that are kept. */
export class Exchange {
  readonly #base: URL;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 16 });

  constructor(base: string) {
    this.#base = new URL(base);
  }

  send({ method, path, headers, payload }: Sent): Promise<Received> {
    const { hostname, port } = this.#base;
    return new Promise((resolve, reject) => {
      const sent = request({ hostname, port, method, path, headers, agent: this.#agent }, (received) => {
        const chunks: Buffer[] = [];
        received.on('data', (chunk: Buffer) => chunks.push(chunk));
        received.on('error', reject);
        received.on('end', () =>
          resolve({
            status: received.statusCode ?? 0,
            headers: received.headers,
            type: (received.headers['content-type'] ?? '').split(';')[0] ?? '',
            text: Buffer.concat(chunks).toString(),
          }),
        );
      });
      sent.on('error', reject);
      sent.end(payload);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
