import type { AnswerWatch, Selector } from '../../src/contract/surface.ts';
import { isAnswerStream, isStreamEnd } from './stream-end.ts';

/** Containers only AI Mode's own page has (google_ai_mode.md a, e; 2025-12 → 2026-09). */
export const AI_MODE_CSS =
  '[data-xid="aim-mars-turn-root"], #aim-chrome-initial-inline-async-container, [data-streaming-container]';

/** Its composer; results pages may come to have one too, so it tells only where there are no results. */
export const COMPOSER_CSS = '[data-xid="aim-mars-input-plate"]';

/** The page is AI Mode's. An overview among results is built of the same turn, inside a block of its own. */
export const AI_MODE_ROOT: Selector = {
  name: 'ai_mode_root',
  any: [
    '[data-scope-id="turn"]:not([data-mcpr] *)',
    '[data-container-id="main-col"]:not([data-mcpr] *)',
    // Wrappers are `display: contents` and thus have no box of their own: the body says that they are there.
    'body:has([data-xid="aim-mars-turn-root"])',
    'body:has(#aim-chrome-initial-inline-async-container)',
  ],
};

/** Cards of the sources come up to half a second after the end mark (2026-06). */
export const SOURCE_CARDS: Selector = {
  name: 'source_cards',
  any: ['body:has([data-container-id="rhs-col"] [data-src-id])', 'body:has([data-src-id])'],
};

/**
 * The end of an answer (google_ai_mode.md c; read from Google's own streaming client of 2026-05-30). `data-zzy` is
 * the last node of the main column; text stops for up to 2.6 s in between (2026-09), hence the long floor. Marks inside
 * boxes without layout are asked of what surrounds them.
 */
export const AI_MODE_WATCH: AnswerWatch = {
  answer: {
    name: 'ai_mode_answer',
    any: [
      '[data-container-id="main-col"]',
      '[data-xid="VpUvz"]',
      '[data-subtree="aimc"]',
      '[data-scope-id="turn"]',
    ],
  },
  busy: [
    {
      name: 'word_fade_in',
      any: [
        '[data-sae] [style*="opacity: 0;"], [data-sae] [style$="opacity: 0"], [data-sae] [style$="opacity:0"]',
      ],
    },
    {
      name: 'long_job',
      any: ['body:has([data-cpl]:not([data-cpl="false"])):not(:has([data-cpl="false"]))'],
    },
    {
      name: 'answer_placeholder',
      any: ['body:has([data-scope-id="turn"] [data-async-ph])', '[data-streaming-container].gsZh2b'],
    },
  ],
  done: [
    {
      name: 'answer_end',
      any: ['[data-container-id="main-col"]:has([data-zzy])', 'body:has([data-scope-id="turn"] [data-zzy])'],
    },
    {
      name: 'answer_footer',
      any: ['[data-xid="Gd7Hsc"] button', '[data-scope-id="turn"] button[aria-pressed][data-snt]'],
    },
    { name: 'answer_error', any: ['[data-aeie="true"]', 'body:has([data-aeie="true"])'] },
  ],
  transcriptEnded: (transcript) => transcript.filter(isAnswerStream).some(isStreamEnd),
  stableMs: 1_500,
  floorMs: 10_000,
  firstSignMs: 20_000,
};
