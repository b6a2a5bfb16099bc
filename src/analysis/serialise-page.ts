import type { PageEndCode } from '../contract/page-outcome.ts';
import { pageEnd } from '../contract/page-outcome.ts';
import type { Caller } from '../jobs/account.ts';
import { contentView } from '../score/content-view.ts';
import { SERIALISE_PRICE } from './content-prices.ts';
import { type CaptureMeans, type PaidCapture, paidCapture } from './paid-capture.ts';

/** A page's main text, as a crawler without JavaScript reads it. */
export interface PageText {
  finalUrl: string | null;
  httpStatus: number | null;
  title: string | null;
  language: string | null;
  /** At most as long as asked; whole characters only. */
  text: string;
  /** UTF-16 units of the whole main text. */
  wholeLength: number;
  /** Why there is none; null when there is. */
  issue: { code: PageEndCode; message: string; blocked: boolean } | null;
}

/** Reads a page at once and keeps nothing; a page without text costs nothing. See `paidCapture`. */
export async function serialisePage(
  means: CaptureMeans,
  caller: Caller,
  { url, maxChars }: { url: string; maxChars: number },
): Promise<PaidCapture<PageText>> {
  const credits = caller.mode === 'test' ? 0 : SERIALISE_PRICE;
  return paidCapture(means, caller, { name: 'page-text', credits, url, mode: 'ssr' }, ({ record }) => {
    const view = contentView(record);
    const whole = view?.text ?? '';
    const empty = record.outcome.kind === 'captured' && whole === '' ? pageEnd('empty_page') : record.outcome;
    const issue =
      empty.kind === 'captured'
        ? null
        : { code: empty.code, message: empty.message, blocked: empty.kind === 'blocked' };
    const result: PageText = {
      ...{ finalUrl: record.final_url, httpStatus: record.status },
      ...{ title: view?.title ?? null, language: view?.language ?? null },
      ...{ text: clipped(whole, maxChars), wholeLength: whole.length, issue },
    };
    return { result, delivered: issue === null };
  });
}

/** The first `most` UTF-16 units, without half a character at the end. */
function clipped(text: string, most: number): string {
  const cut = text.slice(0, most);
  return cut.isWellFormed() ? cut : cut.slice(0, -1);
}
