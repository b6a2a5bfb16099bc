import type { Page } from 'playwright';
import { CaptureError } from '../../src/contract/errors.ts';
import type { AnswerWatch, DriveTools, SurfaceRequest } from '../../src/contract/surface.ts';
import {
  ANONYMOUS_COMPOSER,
  ANONYMOUS_SEND,
  ANSWER,
  BUSY,
  DONE,
  LOGIN_SIGNALS,
  SIGNED_IN_COMPOSER,
  SIGNED_IN_SEND,
  SOURCES_BUTTON,
  SOURCES_PANEL,
} from './selectors.ts';
import { streamEnded } from './stream-end.ts';

/** The composer hydrates seconds after the document (chatgpt.md b, 2026-09). */
const COMPOSER_WAIT_MS = 20_000;
/**
 * The anonymous app runs its visitor check right after load; an ask that beats it fails: 2 s dwell was refused on 3 of
 * 3 devices, 8 s on none (chatgpt.md a, 2026). Waiting is what a reader does; a check that still shows is reported.
 */
const ANONYMOUS_DWELL_MS = 8_000;
/** A capture with little time dwells less: better a check that is reported than no ask at all. */
const DWELL_SHARE = 5;

/** The Sources panel slides in; it widens the proof and gives the sources their order. */
const PANEL_WAIT_MS = 1_500;

const WATCH: AnswerWatch = {
  answer: ANSWER,
  busy: BUSY,
  done: DONE,
  transcriptEnded: streamEnded,
  stableMs: 1_000,
  // Thinking models pause for more than a minute (chatgpt.md c); the stop button covers most of that.
  floorMs: 20_000,
  firstSignMs: 60_000,
};

/** The page an ask begins on. The query is typed, not linked: a long `?q=` is dropped, a short one submits by itself. */
export function entryUrl(_request: SurfaceRequest): string {
  return 'https://chatgpt.com/';
}

/** Asks as a reader would, in whichever of the two apps the site served. */
export async function drive(_page: Page, { query }: SurfaceRequest, tools: DriveTools): Promise<void> {
  await tools.open(entryUrl({ query, region: null }));
  const composer = await tools.awaitAny([ANONYMOUS_COMPOSER, SIGNED_IN_COMPOSER], COMPOSER_WAIT_MS);
  await tools.clear();
  if (composer === undefined)
    throw new CaptureError('surface_error', 'the page shows no composer; its structure may have changed');
  const anonymous = composer.name === ANONYMOUS_COMPOSER.name;
  tools.note('app', anonymous ? 'anonymous' : 'signed_in');
  await noteLogin(tools, anonymous);
  if (anonymous) {
    await tools.pause(Math.min(ANONYMOUS_DWELL_MS, tools.remainingMs() / DWELL_SHARE));
    await tools.clear();
  }
  await tools.compose(composer, query);
  await tools.submit(anonymous ? ANONYMOUS_SEND : SIGNED_IN_SEND, composer);
  const end = await tools.awaitAnswer(WATCH);
  if (end !== 'settled') return;
  if ((await tools.find(SOURCES_BUTTON)) === undefined) return;
  await tools.expand(SOURCES_BUTTON);
  await tools.awaitAny([SOURCES_PANEL], PANEL_WAIT_MS);
}

/** Some visitors without an account get the signed-in app too, so the app alone does not tell. */
async function noteLogin(tools: DriveTools, anonymous: boolean): Promise<void> {
  const { signed_in, anonymous: loggedOut } = LOGIN_SIGNALS;
  const seen = anonymous ? loggedOut : await tools.awaitAny([signed_in, loggedOut], 0);
  if (seen !== undefined) tools.note('loginState', seen === signed_in ? 'signed_in' : 'anonymous');
}
