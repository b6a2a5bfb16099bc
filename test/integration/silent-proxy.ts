import { connect, createServer, type Socket } from 'node:net';

/** A TCP proxy that can fall silent without closing: what a broken network looks like. */
export interface SilentProxy {
  url: string;
  /** From now on nothing gets through on the connections there are; new ones work. */
  silence(): void;
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
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = new URL(target);
  url.host = `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  return {
    url: url.href,
    silence: () => {
      for (const socket of open) {
        socket.unpipe().pause();
        silent.add(socket);
      }
      open.clear();
    },
    close: () => {
      server.close();
      for (const socket of [...open, ...silent]) socket.destroy();
    },
  };
}
