import type { Operation } from './document.ts';

/** How a request was made: as the document and the reference say, with one thing wrong, or out of nothing. */
export type Kind = 'valid' | 'near' | 'garbage';

/** A request to be sent. `{pool:n}` in its path is replaced by an id that the server gave out before. */
export interface Fuzzed {
  kind: Kind;
  /** Undefined for paths and methods that nobody documents. */
  operation: Operation | undefined;
  method: string;
  path: string;
  headers: Record<string, string>;
  /** JSON to send; undefined for no body. */
  body: unknown;
  /** Bytes to send instead of `body`. */
  raw: Uint8Array | undefined;
  auth: 'key' | 'none' | 'bad';
}
