import {
  changedPage,
  type DomChange,
  growthSteps,
  innerHtmlOf,
  outerHtmlOf,
  parsePage,
} from '../dom-change.ts';
import { type Fixture, fixtureExchange, fixturePage } from '../fixtures.ts';
import type { PlayClick, PlayScript } from '../player.ts';
import { BROKEN, chatgptFixture, conversationPath } from './chatgpt-plays.ts';

export const ANONYMOUS_ENDPOINT = '/unauth-mweb/conversation/updates';

const COMPOSER_BUTTON = 'button[data-composer-submit]';
const MOBILE_STOP: readonly DomChange[] = [
  { do: 'set', at: COMPOSER_BUTTON, name: 'type', value: 'button' },
  { do: 'set', at: COMPOSER_BUTTON, name: 'data-stop-generating', value: '' },
  { do: 'unset', at: COMPOSER_BUTTON, name: 'aria-disabled' },
];
const MOBILE_SEND: readonly DomChange[] = [
  { do: 'set', at: COMPOSER_BUTTON, name: 'type', value: 'submit' },
  { do: 'unset', at: COMPOSER_BUTTON, name: 'data-stop-generating' },
  { do: 'set', at: COMPOSER_BUTTON, name: 'aria-disabled', value: 'true' },
];

/** The anonymous app's page as a visitor finds it. */
export function anonymousEntry(fixture: Fixture): string {
  return changedPage(fixturePage(fixture), [{ do: 'fill', at: '[data-conversation-transcript]', html: '' }]);
}

const TRANSCRIPT = '[data-conversation-transcript]';
const ANSWER = `${TRANSCRIPT} > [data-message-role="assistant"]:last-child`;
const MARKDOWN = `${ANSWER} [data-assistant-markdown]`;

/** The fixture's turns right after the ask: the prompt as typed, an answer that is still empty. */
function turnsAsked(page: string): string {
  const asked = changedPage(page, [
    { do: 'fill', at: '[data-user-message-copy]', html: '{{query}}' },
    { do: 'fill', at: MARKDOWN, html: '' },
    { do: 'remove', at: `${ANSWER} > :not([data-message-attribution], [data-assistant-markdown])` },
    { do: 'unset', at: ANSWER, name: 'data-message-complete' },
    { do: 'set', at: ANSWER, name: 'data-message-streaming', value: '' },
  ]);
  return innerHtmlOf(asked, TRANSCRIPT) ?? '';
}

/** What follows the finished answer: the Sources button and the actions. */
function answerTail(page: string): string {
  const tail = changedPage(outerHtmlOf(page, ANSWER) ?? '', [
    { do: 'remove', at: '[data-message-attribution], [data-assistant-markdown]' },
  ]);
  return innerHtmlOf(tail, 'li') ?? '';
}

/** "Sources" opens a list of the sources its button carries. */
function sourcesPanel(page: string): PlayClick {
  const footnote = outerHtmlOf(page, '[data-content-reference-type="sources_footnote"] button') ?? '';
  const payload = parsePage(footnote)('button').attr('data-assistant-sources-payload') ?? '[]';
  const sources = JSON.parse(payload) as { title: string; url: string }[];
  const items = sources.map(({ title, url }) => `<li><a href="${url}"><strong>${title}</strong></a></li>`);
  const panel = `<article data-stage-sources=""><header><h2>Sources</h2></header><ol>${items.join('')}</ol></article>`;
  return {
    at: '[data-content-reference-type="sources_footnote"] button',
    changes: [
      { do: 'remove', at: '[data-stage-sources]' },
      { do: 'append', at: '[data-mobile-thread]', html: panel },
    ],
  };
}

const ASK = { prompt: '{{query}}', assistantMessageId: 'pending-stage', conversationState: '{}' };

/** A fixture of the anonymous app as a living page: a textarea, form-encoded ask, markup frames or JSON lines back. */
export function anonymousPlay(name: string): PlayScript {
  const fixture = chatgptFixture(name);
  const page = fixturePage(fixture);
  const exchange = fixtureExchange(fixture, /\/unauth-mweb\/conversation\/updates/);
  const atRest: DomChange[] = [{ do: 'unset', at: ANSWER, name: 'data-message-streaming' }, ...MOBILE_SEND];
  return {
    entryHtml: anonymousEntry(fixture),
    trigger: {
      kind: 'submit',
      field: 'textarea[data-mobile-composer-prompt]',
      button: `${COMPOSER_BUTTON}[type="submit"]`,
      afterMs: 100,
    },
    endpoint: `${ANONYMOUS_ENDPOINT}?lightweight_authenticated=0&operationId=stage`,
    method: 'POST',
    body: { kind: 'form', fields: ASK },
    contentType: exchange.contentType ?? 'text/vnd.openai.web-mobile-partial+html',
    frames: exchange.frames.map(({ data }) => data),
    onSubmit: [{ do: 'append', at: TRANSCRIPT, html: turnsAsked(page) }, ...MOBILE_STOP],
    growth: { containerSelector: MARKDOWN, steps: growthSteps(page, MARKDOWN) },
    whileBusy: [],
    whenDone: [
      ...atRest,
      { do: 'set', at: ANSWER, name: 'data-message-complete', value: '' },
      { do: 'append', at: ANSWER, html: answerTail(page) },
    ],
    whenCut: [...atRest, { do: 'append', at: '[data-mobile-thread]', html: BROKEN }],
    whenTyped: [{ do: 'unset', at: COMPOSER_BUTTON, name: 'aria-disabled' }],
    whenEmpty: [{ do: 'set', at: COMPOSER_BUTTON, name: 'aria-disabled', value: 'true' }],
    conversationUrl: conversationPath(fixture),
    conversationUrlAt: 'first_frame',
    clicks: [sourcesPanel(page)],
  };
}
