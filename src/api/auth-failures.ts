import ipaddr from 'ipaddr.js';
import type { Clock } from '../platform/clock.ts';

const WINDOW_MS = 60_000;
/** Addresses remembered at most; beyond that the one that has been quiet longest is forgotten. */
const ADDRESSES = 10_000;

/**
 * Counts refused keys per address, in this process's memory: `quota` of them may come at once, and one more every
 * `60 s / quota`. Good keys are never counted. A quota of 0 counts nothing.
 */
export class AuthFailures {
  readonly #quota: number;
  readonly #clock: Pick<Clock, 'monotonic'>;
  /** Monotonic milliseconds at which an address has no debt any more (GCRA); the latest to fail stands last. */
  readonly #clearAt = new Map<string, number>();

  constructor(quota: number, clock: Pick<Clock, 'monotonic'>) {
    this.#quota = quota;
    this.#clock = clock;
  }

  get quota(): number {
    return this.#quota;
  }

  /** Milliseconds until this address may present an unknown key again; 0: now. */
  waitMs(address: string): number {
    if (this.#quota === 0) return 0;
    const step = WINDOW_MS / this.#quota;
    return Math.max(0, this.#debt(networkOf(address)) + step - WINDOW_MS);
  }

  /** One key of this address was refused. */
  note(address: string): void {
    if (this.#quota === 0) return;
    const network = networkOf(address);
    const debt = this.#debt(network) + WINDOW_MS / this.#quota;
    this.#clearAt.delete(network);
    if (this.#clearAt.size >= ADDRESSES) this.#clearAt.delete(this.#clearAt.keys().next().value ?? '');
    this.#clearAt.set(network, this.#clock.monotonic() + debt);
  }

  #debt(network: string): number {
    const clearAt = this.#clearAt.get(network);
    return clearAt === undefined ? 0 : Math.max(0, clearAt - this.#clock.monotonic());
  }
}

/** An IPv6 customer has a whole /64 to come from: it counts as one. An IPv4 address in IPv6 form is that address. */
export function networkOf(address: string): string {
  if (!ipaddr.IPv6.isValid(address)) return address;
  const parsed = ipaddr.IPv6.parse(address);
  if (parsed.isIPv4MappedAddress()) return parsed.toIPv4Address().toString();
  return parsed.parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':');
}
