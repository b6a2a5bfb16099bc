import { type PageEndCode, pageEnd } from '../../../src/contract/page-outcome.ts';
import { type CapturePage, recordOfFile } from '../../../src/contract/page-record.ts';
import { ARTICLE } from '../capture/page-world.ts';

export const CAPTURED_AT = '2026-11-27T12:00:00.000Z';

/** A page capture without a network: the same article every time, or the end a code stands for. */
export function playedPages(code?: PageEndCode, html = ARTICLE): CapturePage {
  return async (url, mode) => {
    const about = { url, capturedAt: CAPTURED_AT, bytes: html.length, clipped: false, undecodable: 0 };
    const record = { ...recordOfFile(html, about), origin: 'live' as const, mode, status: 200 };
    const rendered_html = mode === 'rendered' && code === undefined ? html : null;
    const outcome = code === undefined ? record.outcome : pageEnd(code);
    return { record: { ...record, rendered_html, outcome }, screenshot: null };
  };
}
