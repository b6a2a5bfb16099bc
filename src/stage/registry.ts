import type { SurfaceStage } from './scene.ts';
import { chatgptStage } from './surfaces/chatgpt.ts';
import { claudeStage } from './surfaces/claude.ts';
import { copilotStage } from './surfaces/copilot.ts';
import { geminiStage } from './surfaces/gemini.ts';
import { googleAiModeStage } from './surfaces/google_ai_mode.ts';
import { googleAiOverviewStage } from './surfaces/google_ai_overview.ts';
import { googleNewsStage } from './surfaces/google_news.ts';
import { googleSearchStage } from './surfaces/google_search.ts';
import { perplexityStage } from './surfaces/perplexity.ts';

/**
 * All surfaces the stage plays. Where surfaces share a host, order matters: the first whose `claims` accepts a
 * request plays it.
 */
export const STAGES: readonly SurfaceStage[] = [
  chatgptStage,
  claudeStage,
  copilotStage,
  geminiStage,
  googleAiModeStage,
  googleAiOverviewStage,
  googleNewsStage,
  googleSearchStage,
  perplexityStage,
];
