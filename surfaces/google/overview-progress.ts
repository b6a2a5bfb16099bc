import { type CheerioAPI, type Element, foldSpace, isVisible, visibleText } from '../../src/extract/dom.ts';

/** How far the overview is, in marks of the page. */
export interface OverviewProgress {
  /** Marks of an overview still being made. */
  busy: string[];
  /** Marks of a finished one. */
  finished: string[];
  /** The visible notice that no overview is given, where there is one. */
  notice: string | null;
}

/** CSS of what shows while an overview is made (google_ai_overview.md 2; 2025-02 → 2026-06). */
export const BUSY_CSS = {
  progress: '[role="progressbar"]',
  ghost: '#folsrch-ghost, [id$="folsrch-ghost-1"]',
  placeholder: 'span[data-async-ph]',
  loading: '[data-attnms="l"]',
} as const;

/**
 * Both sentences stand hidden in every overview, good ones too: they count only when visible. Class `YWpX0d` and the
 * two jsnames 2025-02 → 2026-06.
 */
export const NOTICE_CSS = 'span[jsname="lGsj1"], span[jsname="L1sC6e"], .YWpX0d';

/** Reads the progress marks under an overview's root. */
export function readProgress($: CheerioAPI, root: Element): OverviewProgress {
  const shown = (css: string): boolean => $(root).find(css).toArray().some(isVisible);
  const busy = Object.entries(BUSY_CSS)
    .filter(([name, css]) => (name === 'placeholder' ? $(root).find(css).length > 0 : shown(css)))
    .map(([name]) => `overview_${name}`);
  const state = $(root).find('[data-attnms]').first();
  const finished: string[] = [];
  if (state.length > 0 && state.attr('data-attnms') !== 'l')
    finished.push(`overview_state_${state.attr('data-attnms')}`);
  if ($(root).find('[data-attnms][data-loaded="1"]').length > 0) finished.push('overview_loaded');
  if ($(root).find('[data-type="hovc"]').length > 0) finished.push('source_dialog');
  return { busy, finished, notice: visibleNotice($, root) };
}

function visibleNotice($: CheerioAPI, root: Element): string | null {
  for (const notice of $(root).find(NOTICE_CSS).toArray()) {
    // Without any style left (sanitized pages) visibility cannot be told: such a notice proves nothing.
    if (!isVisible(notice) || styleless($, root)) continue;
    const text = foldSpace(visibleText(notice));
    if (text !== '') return text;
  }
  return null;
}

function styleless($: CheerioAPI, root: Element): boolean {
  return $(root).find('[style]').length === 0 && root.attribs.style === undefined;
}
