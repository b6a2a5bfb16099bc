import type { AnswerWatch, Selector } from '../../src/contract/surface.ts';
import { OVERVIEW_ROOT } from './overview-root.ts';

/** "Show more" of a collapsed overview; its text is in the page before the click (2025-02 → 2026-06). */
export const SHOW_MORE: Selector = {
  name: 'show_more',
  any: [
    '#eKIzJc [role="button"][aria-controls="m-x-content"][aria-expanded="false"]',
    '[data-mcpr] [role="button"][aria-expanded="false"][aria-controls]',
  ],
};

/**
 * The end of an overview (google_ai_overview.md 2). The source dialog is rendered after the text but stays hidden, so
 * its presence is asked of the visible root. A refusal on the first response may only mean that the second request is
 * still under way, so a notice is no end mark: the block must stand still for the longer time.
 */
export const OVERVIEW_WATCH: AnswerWatch = {
  answer: {
    name: 'overview_answer',
    any: ['#eKIzJc [data-container-id="main-col"]', '#eKIzJc [data-rl]', ...OVERVIEW_ROOT.any],
  },
  busy: [
    { name: 'overview_progress', any: ['#eKIzJc [role="progressbar"]', '[data-mcpr] [role="progressbar"]'] },
    { name: 'overview_ghost', any: ['#folsrch-ghost', '#eKIzJc [id$="folsrch-ghost-1"]'] },
    {
      name: 'overview_placeholder',
      any: ['#eKIzJc:has(span[data-async-ph])', '[data-mcpr]:has(span[data-async-ph])'],
    },
    { name: 'overview_loading', any: ['#eKIzJc [data-attnms="l"]', '[data-mcpr] [data-attnms="l"]'] },
  ],
  done: [
    {
      name: 'source_dialog',
      any: ['#eKIzJc:has([data-type="hovc"])', '[data-mcpr]:has([data-type="hovc"])'],
    },
    {
      name: 'overview_loaded',
      any: ['#eKIzJc [data-attnms][data-loaded="1"]', '[data-attnms][data-loaded="1"]'],
    },
  ],
  stableMs: 1_600,
  floorMs: 3_200,
  firstSignMs: 8_000,
};
