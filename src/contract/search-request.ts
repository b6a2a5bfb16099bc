import type { Region } from './region.ts';
import type { SurfaceName } from './surface-name.ts';

/** A validated, normalised search: what submit works on. Defaults are filled in; aliases and sugar are gone. */
export interface SearchRequest {
  query: string;
  surfaces: SurfaceName[];
  /** `[null]` is one untargeted child per surface. */
  regions: (Region | null)[];
  method: 'auto' | 'own-fleet';
  /** Captures of each surface in each region, 1 to 50. */
  replicates: number;
  priority: number;
  idempotencyKey: string | null;
  /** Where the ends are announced; of its secret only a keyed digest, null without one. Absent: nowhere. */
  webhook?: { url: string; secretDigest: string | null };
}
