import { Socket } from 'node:net';

/** What connections get to say goodbye; those whose peer fell silent are cut then. */
const GOODBYE_MS = 3_000;

/**
 * The sockets of a pg client or pool. A connection whose peer fell silent (a network that is gone, a half-open socket)
 * never ends by itself: pg's `end()` would wait for it, and the process with it, for as long as the system keeps trying
 * (15 min and more on Linux).
 */
export class PoolSockets {
  readonly #open = new Set<Socket>();

  /** For pg's `stream`: a new socket for each connection. */
  readonly stream = (): Socket => {
    const socket = new Socket();
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
    return socket;
  };

  /** Runs `end`, and cuts what is still open after a moment, so that it comes to its own end. */
  async closeWith(end: () => Promise<void>): Promise<void> {
    const cut = setTimeout(() => this.#cut(), GOODBYE_MS);
    try {
      await end();
    } finally {
      clearTimeout(cut);
      // What the pool had given up before, it no longer waits for; but the process would.
      this.#cut();
    }
  }

  #cut(): void {
    for (const socket of this.#open) socket.destroy();
  }
}
