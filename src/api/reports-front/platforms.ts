import { isSurfaceName, SURFACE_NAMES, type SurfaceName } from '../../contract/surface-name.ts';

/** The reference's names of what we capture (specs/analysis.md A.3); our own names go, too. */
const NAMES: Readonly<Record<string, SurfaceName>> = {
  chatgpt: 'chatgpt',
  chatgpt_search: 'chatgpt',
  claude: 'claude',
  claude_search: 'claude',
  ai_overviews: 'google_ai_overview',
};

/** Their standard tier: what a report asks when nobody says. */
export const DEFAULT_PLATFORMS: readonly string[] = ['chatgpt', 'perplexity', 'ai_overviews', 'claude'];

export const PLATFORM_NAMES: readonly string[] = [...new Set([...Object.keys(NAMES), ...SURFACE_NAMES])];

/** The surface behind a platform's name; undefined for one that is not captured (`grok`). */
export function surfaceOfPlatform(name: string): SurfaceName | undefined {
  return NAMES[name] ?? (isSurfaceName(name) ? name : undefined);
}

/** The name under which a surface is shown. */
export function platformOf(surface: SurfaceName): string {
  return surface === 'google_ai_overview' ? 'ai_overviews' : surface;
}
