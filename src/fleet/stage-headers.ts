import type { SurfaceName } from '../contract/surface-name.ts';

/**
 * Headers of a browser context that plays against the stage: they tell it the query before it is typed, so that it
 * can choose the scene. Never sent to a live site.
 */
export function stageHeaders(surface: SurfaceName, query: string): Record<string, string> {
  return { 'x-stage-surface': surface, 'x-stage-query': encodeURIComponent(query) };
}
