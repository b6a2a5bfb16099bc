import { connect, createServer, type Socket } from 'node:net';

/** A TCP proxy that can fall silent without closing: what a broken network looks like; or be gone: a server that restarts. */
export interface SilentProxy {
  url: string;
  /** From now on nothing gets through on the connections there are; new ones work. */
  silence(): void;
  /** Ends what there is and refuses what comes, until `accept`. */
  refuse(): void;
  accept(): Promise<void>;
  close(): void;
}

export async function silentProxy(target: URL): Promise<SilentProxy> {
  const open = new Set<Socket>();
  const silent = new Set<Socket>();
  const server = createServer((inbound) => {
    const outbound = connect(Number(target.port), target.hostname);
    for (const socket of [inbound, outbound]) {
      open.add(socket);
      socket.on('error', () => socket.destroy());
    }
    inbound.pipe(outbound);
    outbound.pipe(inbound);
  });
  const listen = (at: number): Promise<void> =>
    new Promise((resolve) => server.listen(at, '127.0.0.1', resolve));
  await listen(0);
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const url = new URL(target);
  url.host = `127.0.0.1:${port}`;
  const end = (): void => {
    server.close();
    for (const socket of [...open, ...silent]) socket.destroy();
  };
  return {
    url: url.href,
    silence: () => {
      for (const socket of open) {
        socket.unpipe().pause();
        silent.add(socket);
      }
      open.clear();
    },
    refuse: end,
    accept: () => listen(port),
    close: end,
  };
}
