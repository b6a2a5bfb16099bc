import type { Selector } from '../../src/contract/surface.ts';
import type { CheerioAPI } from '../../src/extract/dom.ts';

/** Containers only a results page has (google_search.md 3; present in every capture 2023 → 2026, empty results included). */
export const RESULTS_CSS = '#search, #rso, #rcnt, #center_col, #topstuff';

/** A results page has come. */
export const RESULTS: Selector = { name: 'results', any: ['#search', '#rso', '#rcnt', '#center_col'] };

/** True for a results page, also one without results. */
export function isResultsPage($: CheerioAPI): boolean {
  return $(RESULTS_CSS).length > 0;
}

/**
 * True for the page Google gives a client it does not trust to run scripts: no results, and a `noscript` that leads to
 * `enablejs` (google_search.md 2; 2026-01, 2026-07). Its marks are inside `noscript` or hidden, so no visible mark
 * can name it.
 */
export function isJavaScriptShell($: CheerioAPI): boolean {
  return !isResultsPage($) && /\/httpservice\/retry\/enablejs|[?&;]emsg=SG_REL/.test($.html());
}
