import { z } from 'zod';

/** The nine consumer surfaces, in the order the reference API lists them (reference/search-api.md). */
export const SURFACE_NAMES = [
  'chatgpt',
  'claude',
  'perplexity',
  'gemini',
  'copilot',
  'google_ai_overview',
  'google_ai_mode',
  'google_search',
  'google_news',
] as const;

export type SurfaceName = (typeof SURFACE_NAMES)[number];

export const surfaceNameSchema = z.enum(SURFACE_NAMES);

/** Narrows any string to a surface name. */
export function isSurfaceName(value: string): value is SurfaceName {
  return (SURFACE_NAMES as readonly string[]).includes(value);
}

/** The tenth surface: a public page by its address. It shows no answer, so it has no Envelope and no search asks for it. */
export const PAGE_SURFACE = 'page';

/** All that the fleet has queues and lanes for: the surfaces that answer, and pages. */
export const FLEET_SURFACES = [...SURFACE_NAMES, PAGE_SURFACE] as const;

export type FleetSurface = (typeof FLEET_SURFACES)[number];

export const fleetSurfaceSchema = z.enum(FLEET_SURFACES);
