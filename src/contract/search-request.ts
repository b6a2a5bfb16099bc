import type { Region } from './region.ts';
import type { SurfaceName } from './surface-name.ts';

/** A validated, normalised search: what submit works on. Defaults are filled in; aliases and sugar are gone. */
export interface SearchRequest {
  query: string;
  surfaces: SurfaceName[];
  /** `[null]` is one untargeted child per surface. */
  regions: (Region | null)[];
  method: 'auto' | 'own-fleet';
  priority: number;
  idempotencyKey: string | null;
}
