import type { Page } from 'playwright';
import type { DriveTools, SurfaceRequest } from '../../src/contract/surface.ts';
import { searchUrl } from '../google/entry-url.ts';
import { RESULTS } from '../google/page-kind.ts';
import { AI_MODE_ROOT, AI_MODE_WATCH, SOURCE_CARDS } from './selectors.ts';

/** The vertical of AI Mode; its page asks by itself (google_ai_mode.md a). */
export const AI_MODE_PARAMETERS = { udm: '50' } as const;

/** A page comes within this time, or is a shell that leads nowhere. */
const PAGE_MS = 10_000;
/** Where AI Mode is not offered, ordinary results come at once; its own page shows itself within this time. */
const ROOT_MS = 3_000;
/** Cards come up to half a second after the end mark (2026-06). */
const CARDS_MS = 700;

/**
 * Opens AI Mode with the question and waits for the answer, then for the cards of its sources. All sources are in the
 * page without a click. What it all means is judged by `extract`.
 */
export async function drive(_page: Page, request: SurfaceRequest, tools: DriveTools): Promise<void> {
  await tools.open(searchUrl(request, AI_MODE_PARAMETERS));
  const came = await tools.awaitAny([AI_MODE_ROOT, RESULTS], PAGE_MS);
  await tools.clear();
  if (came === undefined && (await tools.awaitAny([AI_MODE_ROOT, RESULTS], 0)) === undefined) {
    tools.note('ai_mode', 'no_page');
    return;
  }
  if ((await tools.awaitAny([AI_MODE_ROOT], ROOT_MS)) === undefined) {
    tools.note('ai_mode', 'absent');
    return;
  }
  const end = await tools.awaitAnswer(AI_MODE_WATCH);
  tools.note('ai_mode', end);
  if (end === 'settled') await tools.awaitAny([SOURCE_CARDS], CARDS_MS);
}
