import type { Selector } from '../../src/contract/surface.ts';

/*
 * Two skins of one Angular app (gemini.md e, h): `mat-*` until spring 2026, `gem-*` since 2026-05. Labels are
 * localised, so nothing here keys on words: custom element names, `data-*`, roles, ids, icon names. Classes only stand
 * beside another way.
 */

/** A question and an answer of a conversation, or of a shared one (which has no `model-response`). */
export const USER_TURN = 'user-query, share-turn-viewer user-query-content';
export const MODEL_TURN = 'model-response, share-turn-viewer response-container';

/** The answer's own content inside a turn. */
export const CONTENT = 'message-content';
/** The same on pages whose custom elements are gone (fragments, exports). */
export const LOOSE_CONTENT = '[id^="model-response-message-content"], .markdown-main-panel, .markdown';
/** Every block of an answer carries its path in the answer's tree (since 2026-01). */
export const PATHED = '[data-path-to-node]';

/** Deep Research: the report is a panel of its own beside the conversation (seen 2026-01). */
export const REPORT = '#extended-response-markdown-content';
export const REPORT_SOURCES = 'deep-research-source-lists';

/** What the model thought on the way; holds `message-content` of its own. */
export const THOUGHTS =
  'model-thoughts, thinking-overlay, [data-test-id="model-thoughts"], .thoughts-container';

/** Proof of the app with something to type into, whatever its attributes. */
export const COMPOSER_CSS = 'rich-textarea, [data-test-id="textarea-inner"]';
export const COMPOSER: Selector = {
  name: 'composer',
  any: [
    'rich-textarea [contenteditable="true"][role="textbox"]',
    '[data-test-id="textarea-inner"] [contenteditable="true"]',
    '[contenteditable="true"][role="textbox"][aria-multiline="true"]',
  ],
};

/** Only while it can be pressed: in the new skin the element around the button carries `aria-disabled`. */
export const SEND: Selector = {
  name: 'send',
  any: [
    ':not([aria-disabled="true"]) > button:not([aria-disabled="true"]):has(mat-icon[data-mat-icon-name="arrow_upward"])',
    'button:not([aria-disabled="true"]):has(mat-icon[data-mat-icon-name="send"])',
    '.send-button:not([aria-disabled="true"]) button, button.send-button:not([aria-disabled="true"])',
  ],
};

export const ANSWER: Selector = {
  name: 'answer',
  any: [
    'model-response message-content [id^="model-response-message-content"]',
    'model-response message-content',
    'message-content .markdown',
  ],
};

export const STREAMING: Selector = {
  name: 'streaming',
  any: ['message-content [aria-busy="true"]', 'message-content[aria-busy="true"]'],
};
export const STOP: Selector = {
  name: 'stop_button',
  any: ['button:has(mat-icon[data-mat-icon-name="stop"])', 'button.stop-button, .stop-button button'],
};

/** A fresh conversation has one answer turn, so a finished turn is ours. */
export const FOOTER_COMPLETE: Selector = {
  name: 'footer_complete',
  any: ['model-response .response-footer.complete'],
};
export const ACTIONS: Selector = {
  name: 'actions',
  any: ['model-response message-actions [data-test-id="copy-button"]', 'model-response message-actions'],
};

/** Opens the side panel in which the sources have addresses; there only when the answer has sources. */
export const SOURCES_BUTTON: Selector = {
  name: 'sources_button',
  any: [
    'model-response sources-list button',
    'button.sources-sidebar-button, .sources-sidebar-button button',
    'button.legacy-sources-sidebar-button',
  ],
};

export const SOURCE_CARD: Selector = {
  name: 'source_card',
  any: [
    'context-sidebar inline-source-card a[href]',
    'side-bar-sources inline-source-card a[href]',
    'inline-source-card a[href]',
  ],
};

/** Citations inside the answer. */
export const FOOTNOTE = 'source-footnote, sup[data-turn-source-index]';
export const CHIP_GROUP =
  'sources-carousel-inline, source-inline-chips, source-inline-chip, .source-inline-chip-container, p:has(sources-carousel-inline) + div:has(> button)';

/** The mode switcher's own text; localised except for model names. */
export const MODE_LABEL = '[data-test-id="logo-pill-label-container"]';

export const SIGN_IN: Selector = {
  name: 'sign_in_link',
  any: ['a[href*="accounts.google.com/ServiceLogin"]', 'a[href*="accounts.google.com/signin"]'],
};
export const SIGNED_IN =
  'user-profile-picture img[src*="googleusercontent.com/a/"], a[href*="accounts.google.com/SignOutOptions"]';

/** An answer, finished or not: words that mean a wall elsewhere do not count beside it. */
export const ANY_ANSWER = 'message-content, [data-path-to-node], #extended-response-markdown-content';
