import type { Page } from 'playwright';
import type { AnswerWatch, DriveTools, SurfaceRequest } from '../../src/contract/surface.ts';
import { ANSWER, ASKED, BUSY, COMPOSER, DONE, SUBMIT } from './selectors.ts';
import { streamEnded } from './stream-end.ts';

/** A linked question is asked by itself within this time, or not at all (first byte 1.6–4.5 s, 2026-09-24). */
const DEEP_LINK_MS = 8_000;
const START = 'https://www.perplexity.ai/';
/** The composer stands there before its script listens; a reader does not type in that moment either. */
const HYDRATION_MS = 1_000;
/** Longer questions are typed: a link of many kilobytes is refused by the edge. */
const MAX_LINKED_CHARS = 1_500;

const WATCH: AnswerWatch = {
  answer: ANSWER,
  busy: BUSY,
  done: DONE,
  transcriptEnded: streamEnded,
  // Sources are still patched for up to 1.4 s after the text is complete (2026-09-24).
  stableMs: 2_000,
  // Longest silent gap of an ask 4.5 s, of Deep Research 8.1 s (2026-09-24).
  floorMs: 20_000,
  firstSignMs: 45_000,
};

/** The page an ask begins on: the site's own deep link, which asks by itself; the start page for long questions. */
export function entryUrl({ query }: SurfaceRequest): string {
  if (query.length > MAX_LINKED_CHARS) return START;
  return `https://www.perplexity.ai/search/new?q=${encodeURIComponent(query)}`;
}

/**
 * Asks by deep link, and by typing where the link did not ask. Every source is in the stream, so no tab is opened:
 * the Links tab would take the answer out of the page, and out of its proof.
 */
export async function drive(_page: Page, request: SurfaceRequest, tools: DriveTools): Promise<void> {
  const url = entryUrl(request);
  await tools.open(url);
  const patience = Math.min(DEEP_LINK_MS, tools.remainingMs() / 4);
  const linked = url !== START && (await tools.awaitAny([ASKED], patience)) !== undefined;
  tools.note('asked_by', linked ? 'deep_link' : 'composer');
  if (!linked) {
    // A link that did not ask may have left its text in the composer; the start page has an empty one.
    if (url !== START) await tools.open(START);
    await ask(request.query, tools);
  }
  await tools.awaitAnswer(WATCH);
  // A sign-in sheet likes to cover a finished answer; it has its own button to go away.
  await tools.clear();
}

/** Types and submits as a reader would. */
async function ask(query: string, tools: DriveTools): Promise<void> {
  await tools.need(COMPOSER);
  await tools.pause(HYDRATION_MS);
  await tools.compose(COMPOSER, query);
  await tools.submit(SUBMIT, COMPOSER);
}
