import type { SurfaceName } from '../contract/surface-name.ts';

/** What the API knows of a surface. */
export interface CatalogEntry {
  name: SurfaceName;
  /** Countries it can be captured in (upper case), or `any`. */
  regions: 'any' | readonly string[];
  /** Whether it is captured signed in. */
  login: 'none' | 'optional' | 'required';
  /** False for a name this server knows but cannot capture yet. */
  available: boolean;
}

export type SurfaceCatalog = readonly CatalogEntry[];

/** Names of the surfaces that can be captured here. */
export function availableSurfaces(catalog: SurfaceCatalog): SurfaceName[] {
  return catalog.filter((entry) => entry.available).map((entry) => entry.name);
}
