import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A network namespace that stands for a machine: a link of its own to this one, and nothing else. */
export interface Machine {
  /** Words to put before a command so that it runs on this machine. */
  runOn: readonly string[];
  /** Where this machine finds the one the test runs on. */
  hostAddress: string;
  /** Takes the link down: packets vanish, nobody is told. */
  cut(): void;
  heal(): void;
  remove(): void;
}

function ip(...args: string[]): void {
  const { status, stderr, error } = spawnSync('ip', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${error?.message ?? stderr}`);
}

/** Why machines cannot be made here; undefined when they can. */
export function noMachinesBecause(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'it needs Linux and root';
  try {
    const name = `fleet-try-${process.pid}`;
    ip('netns', 'add', name);
    ip('netns', 'del', name);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.trim() : String(error);
  }
}

/** Makes the machine number `index` (0–60) of this test process. */
export function makeMachine(index: number): Machine {
  const name = `fleet-${process.pid}-${index}`;
  // Interface names have 15 characters at most.
  const outer = `fm${process.pid % 1_000_000}x${index}`;
  const [third, fourth] = [process.pid % 256, index * 4];
  const hostAddress = `10.213.${third}.${fourth + 1}`;
  ip('netns', 'add', name);
  try {
    ip('link', 'add', outer, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
    ip('addr', 'add', `${hostAddress}/30`, 'dev', outer);
    ip('link', 'set', outer, 'up');
    ip('-n', name, 'addr', 'add', `10.213.${third}.${fourth + 2}/30`, 'dev', 'eth0');
    for (const device of ['eth0', 'lo']) ip('-n', name, 'link', 'set', device, 'up');
  } catch (error) {
    ip('netns', 'del', name);
    throw error;
  }
  return {
    runOn: ['ip', 'netns', 'exec', name],
    hostAddress,
    cut: () => ip('link', 'set', outer, 'down'),
    heal: () => ip('link', 'set', outer, 'up'),
    // Takes its end of the link with it, and so the other.
    remove: () => ip('netns', 'del', name),
  };
}

/** Hands connections from the machines on to a server that listens on this machine's loopback only. */
export interface Relay {
  port: number;
  close(): Promise<void>;
}

/**
 * Starts one on all addresses. Connections of a cut machine stay open on the server's side, as a real partition leaves
 * them, until keepalives go unanswered: as those that a session asks Postgres for would (session-lock.ts).
 */
export async function startRelay(target: { host: string; port: number }): Promise<Relay> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((from) => {
    const to = connect(target);
    from.setKeepAlive(true, 5_000);
    for (const [socket, other] of [
      [from, to],
      [to, from],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy()); // The other side learns of it by the close.
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  server.listen(0, '0.0.0.0');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}
