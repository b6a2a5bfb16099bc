import type { Surface } from '../src/contract/surface.ts';
import { chatgpt } from './chatgpt/surface.ts';
import { claude } from './claude/surface.ts';
import { copilot } from './copilot/surface.ts';
import { gemini } from './gemini/surface.ts';
import { googleAiMode } from './google_ai_mode/surface.ts';
import { googleAiOverview } from './google_ai_overview/surface.ts';
import { googleNews } from './google_news/surface.ts';
import { googleSearch } from './google_search/surface.ts';
import { perplexity } from './perplexity/surface.ts';

/** Every surface this fleet can capture. To add one: its folder, and its line here. */
export const SURFACES: readonly Surface[] = [
  chatgpt,
  claude,
  copilot,
  gemini,
  googleAiMode,
  googleAiOverview,
  googleNews,
  googleSearch,
  perplexity,
];

/** The surface of that name, or undefined when none here has it. */
export function surfaceByName(name: string): Surface | undefined {
  return SURFACES.find((surface) => surface.name === name);
}
