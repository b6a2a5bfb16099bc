import { awaitedLater } from '../platform/awaited-later.ts';
import type { Deadline } from '../platform/deadline.ts';
import type { Log } from '../platform/log.ts';
import type { Budgets } from './budgets.ts';
import { isForeignAbort } from './foreign-abort.ts';
import { type MhtmlPart, parseMhtml } from './mhtml.ts';
import {
  type DomSnapshot,
  type Screenshot,
  snapshotDom,
  snapshotMhtml,
  takeScreenshot,
} from './page-snapshot.ts';
import type { ReadyPage } from './see-page.ts';
import { makeThumbnail } from './thumbnail.ts';

/** What a page gave of itself; each piece null where it could not any more. */
export interface Proof {
  dom: DomSnapshot | null;
  shot: Screenshot | null;
  /** Made while the rest goes on, because it needs the page no longer; never rejects. */
  thumbnail: Promise<Buffer | null>;
  parts: MhtmlPart[];
}

/** Pages beyond this size get a proof page without styles: archiving them would cost seconds. */
const MAX_STYLED_CHARS = 8 * 1024 * 1024;

/**
 * Takes what the page still gives; nothing when it is lost. Each piece may fail alone: a page without a picture is still
 * evidence.
 */
export async function takeProof(
  { page, cdp }: Pick<ReadyPage, 'page' | 'cdp'>,
  { deadline, budgets, log }: { deadline: Deadline; budgets: Budgets; log: Log },
  lost: boolean,
): Promise<Proof> {
  const pieceMs = Math.max(budgets.proof / 2, 1_000);
  const attempt = async <T>(what: string, step: () => Promise<T>, budgetMs = pieceMs): Promise<T | null> => {
    if (lost) return null;
    try {
      return await deadline.run(what, step, { budgetMs });
    } catch (error) {
      if (isForeignAbort(deadline)) throw error;
      log.warn({ err: error }, `no ${what} could be taken`);
      return null;
    }
  };
  // Asked for together, so that the page does one after the other without a pause: first it is read, then measured and drawn.
  const reading = attempt('html', () => snapshotDom(page));
  const drawing = awaitedLater(attempt('screenshot', () => takeScreenshot(page, cdp), 2 * pieceMs));
  const dom = await reading;
  const heavy = dom === null || dom.html.length > MAX_STYLED_CHARS;
  const mhtml = heavy ? null : await attempt('style sheets', () => snapshotMhtml(cdp));
  const shot = await drawing;
  const thumbnail = thumbnailOf(shot, deadline, log);
  return { dom, shot, thumbnail, parts: mhtml === null ? [] : parseMhtml(mhtml) };
}

async function thumbnailOf(shot: Screenshot | null, deadline: Deadline, log: Log): Promise<Buffer | null> {
  if (shot === null) return null;
  try {
    return await deadline.run('thumbnail', () => makeThumbnail(shot.png));
  } catch (error) {
    // A lease that was lost ends the capture elsewhere; without its thumbnail the proof is whole.
    log.warn({ err: error }, 'no thumbnail could be made');
    return null;
  }
}
