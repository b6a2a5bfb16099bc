import type { Selector } from '../../src/contract/surface.ts';

/*
 * Two generations of the chat page (claude.md e). Early 2026: turns are `[data-is-streaming]` in unnamed wrappers.
 * Since September 2026: `transcript-row` / `assistant-message` with `data-cds` and `data-perf-*` names, the reply text
 * in `[data-perf-reply-text]`. Labels are localised, so none is ever the only way.
 */

/** Elements that hold a user's prompt. */
export const USER_TURN = '[data-testid="user-message"], [data-cds="UserMessage"], [data-perf-row="human"]';

/** Elements that hold one assistant turn, the most telling name first; the first that matches is used alone. */
export const ASSISTANT_TURN: readonly string[] = [
  '[data-testid="assistant-message"], [data-cds="AssistantMessage"]',
  '[data-is-streaming]',
  '[data-perf-row="assistant"]',
  '.font-claude-response',
  '[data-test-render-count]:not(:has([data-testid="user-message"]))',
  '[role="article"]:has([data-perf-reply-text])',
];

/** The document panel of a research report or another artifact, when it is open. */
export const ARTIFACT = '#markdown-artifact';

/** Proof of a session: there is no anonymous use (claude.md 0). */
export const SIGNED_IN =
  '[data-testid="user-menu-button"], [data-testid="chat-input"], [data-testid="user-message"]';

export const MODEL_LABEL = '[data-testid="model-selector-dropdown"]';

/** The banner over the composer that sells an upgrade because of the limit (2026-09): near the limit or beyond it. */
export const LIMIT_NOTICE = '[data-cds="ChatComposerNotices"] a[href*="from=ratelimit"]';

/** A turn that is no longer written, and the parts of an answer in it. */
export const FINISHED_TURN = '[data-is-streaming="false"]';
export const ANSWER_PARTS: readonly string[] = ['p', 'li', 'pre', '[data-perf-reply-text]'];

/** A finished answer: text marks of walls do not count beside it. */
export const FINISHED_ANSWER = ANSWER_PARTS.map((part) => `${FINISHED_TURN} ${part}`).join(', ');

/** The editor after hydration; before it a copy without function stands there (`chat-input-ssr`, claude.md b). */
export const COMPOSER: Selector = {
  name: 'composer',
  any: ['[data-testid="chat-input"][contenteditable="true"]', 'div.ProseMirror[contenteditable="true"]'],
};

export const SEND: Selector = {
  name: 'send',
  any: ['[data-testid="chat-input-send"]', 'button[aria-label="Send message"]'],
};

export const ANSWER: Selector = {
  name: 'answer',
  any: [
    '[data-testid="assistant-message"] [data-perf-reply-text]',
    '[data-is-streaming] .standard-markdown',
    '[data-testid="assistant-message"]',
    '[data-is-streaming]',
  ],
};

/** Still working; all of them, because a tool may stop the text for 25 s and longer (claude.md c). */
export const BUSY: readonly Selector[] = [
  { name: 'stop_button', any: ['[data-testid="chat-input-stop"]', 'button[aria-label="Stop response"]'] },
  { name: 'streaming', any: ['[data-is-streaming="true"]', '[data-perf-row-streaming="true"]'] },
  {
    name: 'turn_status',
    any: [
      '[data-testid="TurnStatus"]:is([data-state="busy"], [data-state="pending"])',
      '[data-cds="TurnStatus"]:is([data-state="busy"], [data-state="pending"])',
    ],
  },
];

/** In a fresh conversation the only assistant turn is ours. A user's turn has a copy button too, so the turn counts. */
export const DONE: readonly Selector[] = [
  { name: 'not_streaming', any: ['[data-is-streaming="false"]'] },
  {
    name: 'turn_actions',
    any: [
      '[data-perf-row="assistant"] [data-testid="action-bar-copy"]',
      '[data-testid="assistant-message"] [data-testid="action-bar-copy"]',
      '[data-test-render-count]:has([data-is-streaming]) [data-testid="action-bar-copy"]',
    ],
  },
];

/** The folded search steps above an answer. */
export const SEARCH_STEPS: Selector = {
  name: 'search_steps',
  any: [
    '[data-testid="assistant-message"] [data-testid="tool-status-pill"][aria-expanded="false"]',
    '[data-is-streaming] button[aria-expanded="false"]:not([aria-haspopup])',
  ],
};
