import type { Page } from 'playwright';
import { CaptureError } from '../../src/contract/errors.ts';
import { languageOf } from '../../src/contract/region.ts';
import type { AnswerWatch, DriveTools, SurfaceRequest } from '../../src/contract/surface.ts';
import { ANSWER, BUSY, COMPOSER, DONE, SEND, SOURCES_BUTTON, SOURCES_PANEL } from './selectors.ts';
import { streamEnded } from './stream-end.ts';
import { LOGIN_LINK } from './walls.ts';

/** The app mounts its composer seconds after the document. */
const COMPOSER_WAIT_MS = 20_000;
/** The sources button may come after the text, and buttons get their handlers 0.8 s after they show (copilot.md c). */
const SOURCES_WAIT_MS = 500;
const HANDLER_MS = 800;
const PANEL_WAIT_MS = 1_500;

const WATCH: AnswerWatch = {
  answer: ANSWER,
  busy: BUSY,
  done: DONE,
  transcriptEnded: streamEnded,
  stableMs: 1_000,
  // "Think Deeper" may stand still for long; the stop button covers most of that.
  floorMs: 15_000,
  firstSignMs: 45_000,
};

/**
 * The page an ask begins on. The query is typed: `?q=` no longer asks by itself (2026-01). A region is asked for by
 * Microsoft's own parameters `setlang` and `cc` (copilot.md f); whether they are honoured is for the page to show.
 */
export function entryUrl({ region }: SurfaceRequest): string {
  const url = new URL('https://copilot.microsoft.com/');
  if (region !== null) {
    url.searchParams.set('setlang', languageOf(region));
    url.searchParams.set('cc', region.country);
  }
  return url.href;
}

/** Asks as a reader would; with a profile or without one the way is the same, only the walls differ. */
export async function drive(_page: Page, request: SurfaceRequest, tools: DriveTools): Promise<void> {
  await tools.open(entryUrl(request));
  const composer = await tools.find(COMPOSER, COMPOSER_WAIT_MS);
  await tools.clear();
  if (composer === undefined) {
    const login = await tools.find({ name: 'login_link', any: [LOGIN_LINK] });
    if (login !== undefined) throw new CaptureError('login_wall', undefined, { mark: 'login_link' });
    throw new CaptureError('surface_error', 'the page shows no composer; its structure may have changed');
  }
  await tools.compose(COMPOSER, request.query);
  await tools.submit(SEND, COMPOSER);
  const end = await tools.awaitAnswer(WATCH);
  if (end !== 'settled') return;
  if ((await tools.find(SOURCES_BUTTON, SOURCES_WAIT_MS)) === undefined) return;
  await tools.pause(HANDLER_MS);
  await tools.expand(SOURCES_BUTTON);
  await tools.awaitAny([SOURCES_PANEL], PANEL_WAIT_MS);
}
