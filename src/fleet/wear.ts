/** What a browser may go through before it is replaced. */
export interface WearLimits {
  captures: number;
  ageMs: number;
  /** Memory of the whole process tree that a browser may hold without pages, bytes. */
  idleBytes: number;
  /** What each open page may add to it, bytes. */
  bytesPerPage: number;
  /** A renderer beyond this is ended at once: one page must not take the machine's memory, bytes. */
  rendererBytes: number;
}

/** specs/fleet.md 4: 50 captures, 30 minutes, a tree of 1.5 GB; 300–500 MB per page of a real consumer UI. */
export const WEAR_LIMITS: WearLimits = {
  captures: 50,
  ageMs: 30 * 60_000,
  idleBytes: 900_000_000,
  bytesPerPage: 500_000_000,
  rendererBytes: 1_500_000_000,
};

/** What a browser has gone through. */
export interface Wear {
  captures: number;
  ageMs: number;
  /** Memory of the process tree when last looked at, and the pages open then. */
  bytes: number;
  pages: number;
}

/** Why a browser should be replaced, or undefined while it may go on. Pure. */
export function wornBy(wear: Wear, limits: WearLimits): 'captures' | 'age' | 'memory' | undefined {
  if (wear.captures >= limits.captures) return 'captures';
  if (wear.ageMs > limits.ageMs) return 'age';
  if (wear.bytes > limits.idleBytes + wear.pages * limits.bytesPerPage) return 'memory';
  return undefined;
}
