import type { Selector } from '../../src/contract/surface.ts';

/*
 * Two apps live behind chatgpt.com (chatgpt.md 0): the anonymous "web-mobile" app (seen 2026-07 to 2026-10) and the
 * signed-in one (turns as `article` in 2026-02, as `section` since 2026-08, without author roles in some sessions of
 * 2026-09). All are data attributes, roles and ids; the visible classes of the anonymous app are build hashes.
 */

/** Proof of the anonymous app. */
export const ANONYMOUS_APP =
  '#web-mobile-root, [data-web-mobile-conversation], [data-conversation-transcript], [data-mobile-composer-prompt], html[data-conversation-document-affinity]';

/** Proof of the signed-in app. */
export const SIGNED_IN_APP =
  'div#prompt-textarea, [data-message-author-role], [data-testid^="conversation-turn-"], [data-testid="composer-plus-btn"], [data-composer-markdown]';

export const LOGGED_OUT =
  '[data-logged-out], button[data-login-button], [data-testid="login-button"], [data-testid="mobile-login-button"]';
export const LOGGED_IN = '[data-testid="accounts-profile-button"]';

/** The same two as the drive looks for them, so that the login state is known even when no page could be stored. */
export const LOGIN_SIGNALS: Readonly<Record<'signed_in' | 'anonymous', Selector>> = {
  signed_in: { name: 'logged_in', any: [LOGGED_IN] },
  anonymous: { name: 'logged_out', any: [LOGGED_OUT] },
};

export const ANONYMOUS_COMPOSER: Selector = {
  name: 'anonymous_composer',
  any: [
    'textarea[data-mobile-composer-prompt]',
    'textarea#mobile-composer-prompt',
    '#web-mobile-root textarea[name="prompt"]',
  ],
};

export const SIGNED_IN_COMPOSER: Selector = {
  name: 'composer',
  any: [
    'div#prompt-textarea',
    '[contenteditable="true"][data-composer-markdown]',
    'form[data-type="unified-composer"] [contenteditable][role="textbox"]',
  ],
};

export const ANONYMOUS_SEND: Selector = {
  name: 'anonymous_send',
  any: [
    'button[data-composer-submit][type="submit"]',
    'button[data-composer-submit]:not([data-stop-generating])',
  ],
};

export const SIGNED_IN_SEND: Selector = {
  name: 'send',
  any: [
    '[data-testid="send-button"]',
    '#composer-submit-button[type="submit"]',
    'form:has(#prompt-textarea) button[type="submit"]',
  ],
};

/** Elements that hold one assistant message, in both apps and all generations. */
export const ANONYMOUS_ASSISTANT =
  'li[data-message-role="assistant"], [data-conversation-transcript] [data-message-role="assistant"]';
export const ANONYMOUS_USER = '[data-message-role="user"], [data-user-message-copy]';
export const SIGNED_IN_ASSISTANT =
  '[data-message-author-role="assistant"], [data-content-search-unit-key$=":assistant"], [data-chatgpt-search-unit-key$=":assistant"]';
export const SIGNED_IN_USER =
  '[data-message-author-role="user"], [data-content-search-unit-key$=":user"], [data-chatgpt-search-unit-key$=":user"], [data-user-message-bubble]';
/** Whole turns, for sessions whose messages carry no role. */
export const SIGNED_IN_TURN = '[data-testid^="conversation-turn-"]';

/** The answer's own markup inside an assistant message. */
export const ANONYMOUS_MARKDOWN = '[data-assistant-markdown]';
export const SIGNED_IN_MARKDOWN = '.markdown, [data-markdown-text-style="assistant-message"]';

export const ANSWER: Selector = {
  name: 'answer',
  any: [
    `[data-message-role="assistant"] ${ANONYMOUS_MARKDOWN}`,
    '[data-message-author-role="assistant"] .markdown',
    '[data-markdown-text-style="assistant-message"]',
    '[data-message-author-role="assistant"], [data-content-search-unit-key$=":assistant"]',
  ],
};

export const BUSY: readonly Selector[] = [
  { name: 'stop_button', any: ['[data-testid="stop-button"]', 'button[data-stop-generating]'] },
  {
    name: 'streaming',
    any: [
      '[data-message-streaming]',
      '.result-streaming',
      '.result-thinking',
      '.markdown.streaming-animation',
    ],
  },
];

/** In a fresh conversation the only assistant turn is ours. A user's turn has a copy button too, so the turn counts. */
export const DONE: readonly Selector[] = [
  { name: 'message_complete', any: ['li[data-message-role="assistant"][data-message-complete]'] },
  {
    name: 'turn_actions',
    any: [
      '[data-turn="assistant"] [data-testid="copy-turn-action-button"]',
      '[data-testid="good-response-turn-action-button"]',
    ],
  },
];

/** A finished answer of either app: text marks of walls do not count beside it. */
export const FINISHED_ANSWER =
  'li[data-message-role="assistant"][data-message-complete], [data-message-author-role="assistant"][data-message-id] .markdown:not(.result-streaming):not(.result-thinking) > *';

export const SOURCES_BUTTON: Selector = {
  name: 'sources_button',
  any: [
    '[data-content-reference-type="sources_footnote"] button',
    '[data-turn="assistant"] [data-testid="sources-button"]',
    '[data-turn="assistant"] button[aria-label="Sources"]',
  ],
};

export const SOURCES_PANEL: Selector = {
  name: 'sources_panel',
  any: ['[data-testid="screen-threadFlyOut"] a[href]', 'article:has(> header > h2) ol > li > a[href]'],
};
