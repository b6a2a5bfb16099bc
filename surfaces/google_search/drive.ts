import type { Page } from 'playwright';
import type { DriveTools, SurfaceRequest } from '../../src/contract/surface.ts';
import { searchUrl } from '../google/entry-url.ts';
import { OVERVIEW_ROOT } from '../google/overview-root.ts';
import { OVERVIEW_WATCH, SHOW_MORE } from '../google/overview-watch.ts';
import { RESULTS } from '../google/page-kind.ts';
import { EMPTY_NOTICE, LISTING } from './selectors.ts';

/** A real browser leaves the JavaScript shell by itself within this time, or never. */
const RESULTS_MS = 10_000;
/** The containers come with the document; what fills them comes with it too, or a moment later. */
const LISTING_MS = 4_000;
/** An overview announces itself within this time after the results, or there is none (google_ai_overview.md 0). */
const ROOT_MS = 2_000;

/**
 * Opens the results page, waits for the listing, and for the AI Overview where one is being made, so that page and
 * picture show both. Nothing is clicked but consent and the overview's "Show more": questions stay closed.
 */
export async function drive(_page: Page, request: SurfaceRequest, tools: DriveTools): Promise<void> {
  await tools.open(searchUrl(request));
  const results = await tools.awaitAny([RESULTS], RESULTS_MS);
  await tools.clear();
  if (results === undefined && (await tools.awaitAny([RESULTS], 0)) === undefined) {
    tools.note('results', 'missing');
    return;
  }
  const first = await tools.awaitAny([LISTING, EMPTY_NOTICE], LISTING_MS);
  tools.note('results', first?.name ?? 'not_seen');
  if ((await tools.awaitAny([OVERVIEW_ROOT], ROOT_MS)) === undefined) {
    tools.note('overview', 'absent');
    return;
  }
  tools.note('overview', await tools.awaitAnswer(OVERVIEW_WATCH));
  await tools.expand(SHOW_MORE);
}
