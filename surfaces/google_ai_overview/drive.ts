import type { Page } from 'playwright';
import type { DriveTools, SurfaceRequest } from '../../src/contract/surface.ts';
import { searchUrl } from '../google/entry-url.ts';
import { OVERVIEW_ROOT } from '../google/overview-root.ts';
import { RESULTS } from '../google/page-kind.ts';
import { OVERVIEW_WATCH, SHOW_MORE } from './selectors.ts';

/** A real browser leaves the JavaScript shell by itself within this time, or never. */
const RESULTS_MS = 10_000;
/** Once results are there, an overview announces itself within this time or there is none (google_ai_overview.md 0). */
const ROOT_MS = 3_000;

/**
 * Opens the results page and waits for the overview to be finished, if there is one. A page without an overview costs
 * only the settle time. What it all means is judged by `extract`.
 */
export async function drive(_page: Page, request: SurfaceRequest, tools: DriveTools): Promise<void> {
  await tools.open(searchUrl(request));
  const results = await tools.awaitAny([RESULTS], RESULTS_MS);
  await tools.clear();
  if (results === undefined && (await tools.awaitAny([RESULTS], 0)) === undefined) {
    tools.note('results', 'missing');
    return;
  }
  if ((await tools.awaitAny([OVERVIEW_ROOT], ROOT_MS)) === undefined) {
    tools.note('overview', 'absent');
    return;
  }
  tools.note('overview', await tools.awaitAnswer(OVERVIEW_WATCH));
  await tools.expand(SHOW_MORE);
}
