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
