import { connect, createServer, type Socket } from 'node:net';

/** A way to Postgres that can be slow, or fall silent without closing; it hides that a restarted server has a new port. */
export interface DatabaseProxy {
  url: string;
  /** Where new connections go from now on. */
  lead(target: URL): void;
  /** How much later every piece arrives, in either direction; 0: at once. */
  delay(ms: number): void;
  /** From now on nothing gets through on the connections there are; new ones work. */
  silence(): void;
  /** The server's side of the silent connections ends, as its own keep-alive would see to; the clients hear nothing. */
  forget(): void;
  close(): Promise<void>;
}

interface Pair {
  inbound: Socket;
  outbound: Socket;
}

export async function databaseProxy(first: URL): Promise<DatabaseProxy> {
  const open = new Set<Pair>();
  const silent = new Set<Pair>();
  let target = first;
  let delayMs = 0;
  const carry = (from: Socket, to: Socket): void => {
    from.on('data', (piece) => {
      if (delayMs === 0) to.write(piece);
      else setTimeout(() => to.destroyed || to.write(piece), delayMs);
    });
  };
  const server = createServer((inbound) => {
    const pair = { inbound, outbound: connect(Number(target.port), target.hostname) };
    open.add(pair);
    for (const [socket, other] of [
      [inbound, pair.outbound],
      [pair.outbound, inbound],
    ] as const) {
      socket.on('error', () => socket.destroy()); // Broken connections are what this is for.
      socket.on('close', () => {
        if (open.delete(pair)) other.destroy();
      });
      carry(socket, other);
    }
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const address = server.address();
  const url = new URL(first);
  url.host = `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  return {
    url: url.href,
    lead: (next) => {
      target = next;
    },
    delay: (ms) => {
      delayMs = ms;
    },
    silence: () => {
      for (const pair of open) {
        for (const socket of [pair.inbound, pair.outbound]) socket.removeAllListeners('data').pause();
        silent.add(pair);
      }
      open.clear();
    },
    forget: () => {
      for (const { outbound } of silent) outbound.destroy();
    },
    close: async () => {
      for (const { inbound, outbound } of [...open, ...silent])
        for (const socket of [inbound, outbound]) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}
