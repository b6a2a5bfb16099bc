import type { Page } from 'playwright';
import { CaptureError } from '../../src/contract/errors.ts';
import type { AnswerWatch, DriveTools, SurfaceRequest } from '../../src/contract/surface.ts';
import { uiLanguage } from '../google/entry-url.ts';
import {
  ACTIONS,
  ANSWER,
  COMPOSER,
  FOOTER_COMPLETE,
  SEND,
  SIGN_IN,
  SOURCE_CARD,
  SOURCES_BUTTON,
  STOP,
  STREAMING,
} from './selectors.ts';
import { streamEnded } from './stream-end.ts';

/** The editor hydrates seconds after the document; never more than a third of the capture's time goes into waiting for it. */
const COMPOSER_WAIT_MS = 20_000;
/** The panel's cards are fetched on click. */
const CARDS_WAIT_MS = 5_000;

const WATCH: AnswerWatch = {
  answer: ANSWER,
  busy: [STREAMING, STOP],
  done: [FOOTER_COMPLETE, ACTIONS],
  transcriptEnded: streamEnded,
  // Chips and the sources button come after the text (gemini.md c).
  stableMs: 1_500,
  // Thinking models pause; the stop button covers most of that.
  floorMs: 20_000,
  // No output for 45 s means stalled (gemini.md c, oneglanse 2026-07).
  firstSignMs: 45_000,
};

/**
 * The app's page, in the language of the region asked for; without one the browser's own (Accept-Language) decides.
 * There is no deep link for prompts, and the country always follows the exit (gemini.md a, f).
 */
export function entryUrl({ region }: SurfaceRequest): string {
  const url = new URL('https://gemini.google.com/app');
  if (region !== null) url.searchParams.set('hl', uiLanguage(region));
  return url.href;
}

/** Asks as a reader would: one question in a fresh page, since anonymous second turns are refused. */
export async function drive(_page: Page, request: SurfaceRequest, tools: DriveTools): Promise<void> {
  await tools.open(entryUrl(request));
  const composer = await tools.awaitAny([COMPOSER], Math.min(COMPOSER_WAIT_MS, tools.remainingMs() / 3));
  await tools.clear();
  const signIn = await tools.find(SIGN_IN);
  if (composer === undefined) {
    if (signIn !== undefined) throw new CaptureError('login_wall', undefined, { mark: 'sign_in_only' });
    throw new CaptureError('surface_error', 'the page shows no composer; its structure may have changed');
  }
  if (signIn !== undefined) tools.note('loginState', 'anonymous');
  await tools.compose(COMPOSER, request.query);
  await tools.submit(SEND, COMPOSER);
  if ((await tools.awaitAnswer(WATCH)) !== 'settled') return;
  if ((await tools.find(SOURCES_BUTTON)) === undefined) return;
  await tools.expand(SOURCES_BUTTON);
  await tools.awaitAny([SOURCE_CARD], CARDS_WAIT_MS);
}
