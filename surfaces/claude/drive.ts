import type { Page } from 'playwright';
import { CaptureError } from '../../src/contract/errors.ts';
import type { AnswerWatch, DriveTools, SurfaceRequest } from '../../src/contract/surface.ts';
import { ANSWER, BUSY, COMPOSER, DONE, SEARCH_STEPS, SEND } from './selectors.ts';
import { streamEnded } from './stream-end.ts';

/** Until the page is hydrated, a copy of the composer without function stands there (claude.md b, 2026-02). */
const COMPOSER_WAIT_MS = 20_000;

const WATCH: AnswerWatch = {
  answer: ANSWER,
  busy: BUSY,
  done: DONE,
  transcriptEnded: streamEnded,
  stableMs: 1_500,
  // Tools stop the text for 25 s and longer while a first note already stands there (claude.md c, 2026-09).
  floorMs: 60_000,
  firstSignMs: 60_000,
};

/** A new conversation. The query is typed: the deep link `?q=` only fills the composer in (claude.md a, 2026). */
export function entryUrl(_request: SurfaceRequest): string {
  return 'https://claude.ai/new';
}

/** Asks as the signed-in operator would. Without a session the site leads to its sign-in page: `login_wall`. */
export async function drive(_page: Page, { query }: SurfaceRequest, tools: DriveTools): Promise<void> {
  await tools.open(entryUrl({ query, region: null }));
  const composer = await tools.awaitAny([COMPOSER], COMPOSER_WAIT_MS);
  await tools.clear();
  if (composer === undefined)
    throw new CaptureError('surface_error', 'the page shows no composer; its structure may have changed');
  tools.note('loginState', 'signed_in');
  await tools.compose(COMPOSER, query);
  await tools.submit(SEND, COMPOSER);
  const end = await tools.awaitAnswer(WATCH);
  if (end === 'settled') await tools.expand(SEARCH_STEPS);
}
