import type { Selector } from '../../src/contract/surface.ts';

/*
 * The chat page of the React site (copilot.md e; test ids seen 2026-05 to 2026-08) and the share page (2026-07), where
 * turns have ids instead of test ids. Labels are localised, so none is the only way.
 */

export const COMPOSER: Selector = {
  name: 'composer',
  any: [
    'textarea#userInput',
    'textarea[data-testid="composer-input"], [data-testid="composer-input"][contenteditable="true"]',
    '[data-testid="composer"] [contenteditable="true"][role="textbox"]',
  ],
};

export const SEND: Selector = { name: 'send', any: ['button[data-testid="submit-button"]'] };

/** One answer of Copilot. */
export const AI_MESSAGE =
  '[data-testid="ai-message"], [data-content="ai-message"], [role="article"][id$="-response-message"], [class~="group/ai-message"]';

/** One prompt. */
export const USER_MESSAGE =
  '[data-content="user-message"], [role="article"][id$="-user-message"], [class~="group/user-message"]';

export const MESSAGE_BODY = '[data-testid="ai-message-body"]';

export const SHARE_PAGE = '[data-testid="share-page"]';

/** The account's other conversations: private, never read. */
export const PRIVATE =
  '[data-testid="sidebar-container"], [data-testid="backstage-chats"], [data-testid="highlighted-chats"]';

export const ANSWER: Selector = {
  name: 'answer',
  any: [
    '[data-testid="ai-message"] [data-testid="ai-message-body"]',
    '[data-testid="ai-message"]',
    '[data-content="ai-message"]',
    '[role="article"][id$="-response-message"]',
  ],
};

export const BUSY: readonly Selector[] = [{ name: 'stop_button', any: ['[data-testid="stop-button"]'] }];

/** In a fresh conversation the only answer is ours. A prompt has a copy button too, so the answer's own names count. */
export const DONE: readonly Selector[] = [
  { name: 'reactions', any: ['[data-testid="message-item-reactions"]'] },
  { name: 'copy_answer', any: ['[data-testid="copy-ai-message-button"]'] },
  { name: 'thumbs', any: ['[data-testid="ai-message"] [data-testid$="thumbs-up-button"]'] },
];

/** Inside an answer: it is finished. */
export const FINISHED =
  '[data-testid="message-item-reactions"], [data-testid="copy-ai-message-button"], [data-testid$="thumbs-up-button"]';

/** A finished answer on the page: texts of walls do not count beside it, an answer may speak of limits and sign-ins. */
export const FINISHED_ANSWER =
  ':is([data-testid="ai-message"], [data-content="ai-message"]) :is([data-testid="message-item-reactions"], [data-testid="copy-ai-message-button"]), [data-testid="share-page"] [id$="-response-message"]';

/** Folded, it shows only the sites' icons. */
export const SOURCES_BUTTON: Selector = {
  name: 'sources_button',
  any: [
    '[data-testid="ai-message"] [data-testid^="sources-button-testid"]',
    '[data-testid^="sources-button-testid"]',
  ],
};

/** Where the pages stand that the sources button shows; no capture is public, so every likely home is looked at. */
export const SOURCES_HOME = '[data-testid*="source" i], [data-testid*="citation" i], [role="dialog"], aside';

export const SOURCES_PANEL: Selector = {
  name: 'sources_panel',
  any: [
    '[data-testid*="source" i] a[href^="http"]',
    '[data-testid*="citation" i] a[href^="http"]',
    '[role="dialog"] a[href^="http"]',
    'aside a[href^="http"]',
  ],
};

export const MODE_BUTTON = 'button[data-testid*="chat-mode-"]';

export const SIGN_IN_NAG = '[data-testid="prompt-sign-in-composer-action"]';
