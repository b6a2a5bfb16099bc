import type { Page } from 'playwright';
import type { DriveTools, SurfaceRequest } from '../../src/contract/surface.ts';
import { searchUrl } from '../google/entry-url.ts';
import { RESULTS } from '../google/page-kind.ts';
import { APP_STORY, EMPTY_NOTICE, NEWS_CARD } from './selectors.ts';

/** A real browser leaves the JavaScript shell by itself within this time, or never. */
const RESULTS_MS = 10_000;
/** Stories come with the document, or a moment later where news.google.com takes over. */
const STORIES_MS = 6_000;

/** The News tab's address. */
export function newsUrl(request: SurfaceRequest): string {
  return searchUrl(request, { tbm: 'nws' });
}

/** Opens the News tab and waits for stories, also where Google leads on to news.google.com. Nothing is clicked but consent. */
export async function drive(_page: Page, request: SurfaceRequest, tools: DriveTools): Promise<void> {
  await tools.open(newsUrl(request));
  const page = await tools.awaitAny([RESULTS, APP_STORY], RESULTS_MS);
  await tools.clear();
  if (page === undefined && (await tools.awaitAny([RESULTS, APP_STORY], 0)) === undefined) {
    tools.note('results', 'missing');
    return;
  }
  const first = await tools.awaitAny([NEWS_CARD, APP_STORY, EMPTY_NOTICE], STORIES_MS);
  tools.note('variant', first?.name === APP_STORY.name ? 'app' : 'tab');
  tools.note('results', first?.name ?? 'not_seen');
}
