import { createServer, type Server } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { Foundation } from '../../src/cli/foundation.ts';
import { runCourier } from '../../src/cli/run-courier.ts';
import { SURFACE_NAMES } from '../../src/contract/surface-name.ts';
import { ownerOf } from '../../src/jobs/account.ts';
import { createAccount } from '../../src/jobs/accounts.ts';
import type { JobWebhook } from '../../src/jobs/job-webhook.ts';
import { submit } from '../../src/jobs/submit.ts';
import { type Config, readConfig } from '../../src/platform/config.ts';
import { requestIdFrom } from '../../src/platform/identifiers.ts';
import type { Log } from '../../src/platform/log.ts';
import { webhookCipher } from '../../src/webhooks/cipher.ts';

const ACCOUNTS = ['bench-a', 'bench-b', 'bench-c', 'bench-d'];
const LOOK_MS = 20;
/** Longer than any run: what waits for its turn must not expire. */
const TTL_MS = 24 * 3_600_000;

/** A receiver on loopback that takes every event at once and remembers which it had. */
export class Receiver {
  readonly events = new Set<string>();
  repeated = 0;
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      const id = String(request.headers['webhook-id']);
      if (this.events.has(id)) this.repeated++;
      this.events.add(id);
      request.resume().on('end', () => response.writeHead(204).end());
    });
  }

  /** Resolves with `host:port`. */
  async listen(): Promise<string> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done));
    const { port } = z.object({ port: z.int() }).parse(this.#server.address());
    return `127.0.0.1:${port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

/** Submits searches for all surfaces, in turn for four accounts, so that there is always work and never a flood. */
export class Feeder {
  accepted = 0;
  readonly #foundation: Foundation;
  readonly #webhook: JobWebhook;
  #stopping = false;
  #loops: Promise<void>[] = [];
  #turn = 0;

  constructor(foundation: Foundation, webhook: JobWebhook) {
    this.#foundation = foundation;
    this.#webhook = webhook;
  }

  /** Keeps more than `wanted()` children waiting, `waiting()` of which wait now. */
  start(waiting: () => number, wanted: () => number): void {
    const loop = async (): Promise<void> => {
      while (!this.#stopping) {
        if (waiting() < wanted()) await this.#submit();
        else await pause(LOOK_MS);
      }
    };
    this.#loops = [loop(), loop()];
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#loops);
  }

  async #submit(): Promise<void> {
    const { db, queue } = this.#foundation;
    const account = ACCOUNTS[this.#turn++ % ACCOUNTS.length] ?? 'bench-a';
    const request = {
      ...{ query: 'best crm for startups', surfaces: [...SURFACE_NAMES], regions: [null] },
      ...{ method: 'auto' as const, priority: 5, replicates: 1, idempotencyKey: null },
    };
    const { children } = await submit(db, queue, request, {
      ...{ requestId: requestIdFrom(undefined), caller: ownerOf(account), now: Date.now(), ttlMs: TTL_MS },
      ...{ origin: 'stage' as const, webhook: this.#webhook },
    });
    this.accepted += children.length;
  }
}

/** Accounts that can pay, a receiver, a courier that delivers to it, and a feeder that asks for its events. */
export async function openFeed(foundation: Foundation, config: Config, log: Log) {
  for (const id of ACCOUNTS)
    await createAccount(foundation.db, { id, name: id, startCredits: 1_000_000_000, now: Date.now() });
  const receiver = new Receiver();
  const address = await receiver.listen();
  const allowed = readConfig({ FLEET_WEBHOOK_ALLOW: address, FLEET_DATA_DIR: config.dataDir }, '/');
  const courier = await runCourier(allowed, foundation, log);
  const sealedSecret = webhookCipher(allowed)().seal('whsec_YmVuY2ggYmVuY2ggYmVuY2ggYmVuY2ggYmVuY2g=');
  const webhook = {
    url: `http://${address}/`,
    sealedSecret,
    apiVersion: '2026-06-27',
    per: 'child' as const,
  };
  const feeder = new Feeder(foundation, webhook);
  return { receiver, courier, feeder };
}
