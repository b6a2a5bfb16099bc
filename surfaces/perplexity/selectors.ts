import type { Selector } from '../../src/contract/surface.ts';

/*
 * Three generations of the thread page (perplexity.md e): tabs and `markdown-content-N` (seen 2026-02, still served to
 * some), the workflow page with `data-workflow-final-text` (seen 2026-08, 2026-09), `data-renderer="lm"` in both of the
 * latter. Labels are localised, so structure comes first; the readable group names (`group/query`) are no build hashes.
 */

/** A reader's own turn. The bubble of 2026-09 renders its text like an answer. */
export const USER_TURN = '[data-workflow-entry], [class~="group/user-bubble"], [class~="group/query"]';

/** Answers by how surely they are ones. */
export const FINAL_ANSWER = '[data-workflow-final-text], [id^="markdown-content-"]';
export const RENDERED_ANSWER = '[data-renderer="lm"]';
export const PROSE_ANSWER = '.prose';

/** What stands under a finished answer: Share, Copy, Rewrite, Helpful, More. */
export const FOOTER =
  '[data-workflow-text-footer], [role="tabpanel"] button[aria-haspopup="menu"][aria-label], button[aria-label="Rewrite"], button[aria-label="Helpful"]';

export const COMPOSER: Selector = {
  name: 'composer',
  any: [
    '#ask-input',
    '[contenteditable="true"][data-lexical-editor="true"]',
    '[data-ask-input-container] [role="textbox"]',
    'textarea[placeholder^="Ask"]',
  ],
};

export const SUBMIT: Selector = {
  name: 'submit',
  any: ['button[aria-label="Submit"]', '[data-testid="submit-button"]', 'button[type="submit"]'],
};

export const ANSWER: Selector = {
  name: 'answer',
  any: [
    '[data-workflow-final-text]',
    '[id^="markdown-content-"]',
    '[data-renderer="lm"]:not([data-workflow-entry] *):not([class~="group/user-bubble"] *)',
    '.prose:not([data-workflow-entry] *)',
  ],
};

/** "Stop dictation" and the read-aloud player's own button say Stop as well, but neither runs while an ask does. */
export const BUSY: readonly Selector[] = [
  {
    name: 'stop_button',
    any: ['[data-testid="stop-generating"]', 'button[aria-label^="Stop"]:not([aria-label*="ictation"])'],
  },
];

export const DONE: readonly Selector[] = [
  {
    name: 'answer_actions',
    any: [
      '[data-workflow-text-footer]',
      '[role="tabpanel"] button[aria-haspopup="menu"][aria-label]',
      'button[aria-label="Rewrite"], button[aria-label="Helpful"]',
    ],
  },
];

/** An answer with words: words of walls do not count beside it. */
export const FINISHED_ANSWER =
  '[data-workflow-final-text] p, [data-workflow-text-footer], [id^="markdown-content-"] p, [data-renderer="lm"]:not([data-workflow-entry] *) p';

/** Any sign that an ask is under way or answered. */
export const ASKED: Selector = {
  name: 'asked',
  any: [
    '[data-workflow-entry], [class~="group/user-bubble"], [class~="group/query"]',
    '[data-workflow-final-text], [id^="markdown-content-"], [data-renderer="lm"]',
    'button[aria-label^="Stop"]',
  ],
};

/** The opened Links tab: everything that was retrieved. */
export const SOURCES_PANEL = '[role="tabpanel"][id$="-content-sources"] a[href]';
