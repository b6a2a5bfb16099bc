import { setTimeout as sleep } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import type { StreamPiece } from './pieces.ts';
import { StreamSchedule } from './schedule.ts';

/** The server's end of one WebSocket, as a scene uses it. */
export class StageSocket {
  /** Aborts when the connection is gone or the stage stops. */
  readonly signal: AbortSignal;
  readonly #socket: WebSocket;
  readonly #waiting: string[] = [];
  #wake: () => void = () => undefined;

  constructor(socket: WebSocket, signal: AbortSignal) {
    this.#socket = socket;
    this.signal = signal;
    socket.on('message', (data) => {
      this.#waiting.push(String(data));
      this.#wake();
    });
    signal.addEventListener('abort', () => this.#wake(), { once: true });
  }

  /** Sends one text message. */
  send(text: string): void {
    this.#socket.send(text);
  }

  /** Sends each piece as one message when it is due (`StreamSchedule`). */
  async play(pieces: Iterable<StreamPiece>): Promise<void> {
    const schedule = new StreamSchedule(performance.now());
    for (const piece of pieces) {
      const waitMs = schedule.waitMs(piece, performance.now());
      if (waitMs > 0) await this.pause(waitMs);
      this.send(piece.data);
    }
  }

  /** Messages of the client as text, all from the handshake on, until the connection is gone. For one reader. */
  async *messages(): AsyncGenerator<string> {
    while (!this.signal.aborted || this.#waiting.length > 0) {
      const next = this.#waiting.shift();
      if (next !== undefined) {
        yield next;
        continue;
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
    }
  }

  /** Waits; rejects when the connection is gone or the stage stops. */
  async pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.signal });
  }

  /** Closes with a code of RFC 6455 (1000: normal). */
  close(code = 1000): void {
    this.#socket.close(code);
  }

  /** Drops the connection without a closing handshake. */
  cut(): void {
    this.#socket.terminate();
  }
}
