/** A stored artefact: where it is and what it must hash to. */
export interface StoredArtifact {
  key: string;
  sha256: string;
  bytes: number;
}

/** An object that a walk met. */
export interface StoredObject {
  key: string;
  /** Epoch milliseconds of its last change. */
  modifiedAt: number;
}

/** The three rooms of the store (reference/search-api.md: `raw/…`, `proof/…`, `shots/…`). */
export const ARTIFACT_KINDS = ['raw', 'proof', 'shots'] as const;
export type ArtifactKind = (typeof ARTIFACT_KINDS)[number];

/**
 * Where proof lies. Objects are immutable and appear whole or not at all; a key names one object for ever. Errors:
 * ARTIFACT_WRITE_FAILED, ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT, ARTIFACT_UNAVAILABLE (it may be there; the store cannot
 * be read now).
 */
export interface ArtifactStore {
  /** Stores an object; `sha256` is its hash where the caller has it already. */
  put(key: string, data: Uint8Array, sha256?: string): Promise<StoredArtifact>;
  /** The bytes; when `sha256` is given and does not match, throws ARTIFACT_CORRUPT. */
  get(key: string, sha256?: string | null): Promise<Buffer>;
  /** Removes an object; one that is not there is no error. */
  delete(key: string): Promise<void>;
  /** Keys directly under a folder (`raw/2026/11/22`) that start with `prefix`. */
  list(folder: string, prefix: string): Promise<string[]>;
  /** Every object of a room with its age; half-written leftovers too, where the store has such. */
  walk(kind: ArtifactKind): AsyncIterable<StoredObject>;
  /** Proves that the store can be written; throws ARTIFACT_WRITE_FAILED with what to do. */
  probe(): Promise<void>;
  /** A link that lets its holder download one object for `seconds`; undefined where the store makes none. */
  presign?(key: string, seconds: number): Promise<string>;
  /** For people: where a key can be found. */
  describe(key: string): string;
}
