import { changedPage, type DomChange, growthSteps, innerHtmlOf, outerHtmlOf } from '../dom-change.ts';
import { type Fixture, fixtureExchange, fixturePage, loadFixture } from '../fixtures.ts';
import type { PlayClick, PlayScript } from '../player.ts';

export const chatgptFixture = (name: string): Fixture => loadFixture('chatgpt', name);

export const SIGNED_IN_ENDPOINT = '/backend-api/f/conversation';
export const ANONYMOUS_ENDPOINT = '/unauth-mweb/conversation/updates';

const BROKEN =
  '<div data-stage-notice="" role="alert"><p>Connection lost. The answer may be incomplete.</p></div>';

/** The signed-in app's page as a visitor finds it: composer, no conversation. */
export function signedInEntry(fixture: Fixture): string {
  return changedPage(fixturePage(fixture), [{ do: 'remove', at: '#thread > *' }]);
}

const SEND = '#composer-submit-button';
const STOP_BUTTON: readonly DomChange[] = [
  { do: 'set', at: SEND, name: 'data-testid', value: 'stop-button' },
  { do: 'set', at: SEND, name: 'type', value: 'button' },
  { do: 'unset', at: SEND, name: 'disabled' },
];
const SEND_BUTTON: readonly DomChange[] = [
  { do: 'set', at: SEND, name: 'data-testid', value: 'send-button' },
  { do: 'set', at: SEND, name: 'type', value: 'submit' },
  { do: 'set', at: SEND, name: 'disabled', value: '' },
];

/** "Sources" opens the fly-out beside the thread, as a list of the answer's links. */
function sourcesPanel(fixture: Fixture): PlayClick {
  const frames = fixture.transcript.flatMap((exchange) => exchange.frames.map(({ data }) => data)).join('');
  const footnote = /"type":"sources_footnote","sources":(\[.*?\])/.exec(frames)?.[1] ?? '[]';
  const sources = JSON.parse(footnote) as { title: string; url: string; attribution: string }[];
  const links = sources.map(
    ({ title, url, attribution }) => `<a href="${url}"><div>${attribution}</div><div>${title}</div></a>`,
  );
  const panel = `<div data-testid="stage-thread-flyout"><section data-testid="screen-threadFlyOut" aria-label="Sources"><button data-testid="close-button" aria-label="Close" type="button"></button>${links.join('')}</section></div>`;
  return {
    at: '[data-turn="assistant"] button[aria-label="Sources"]',
    changes: [
      { do: 'remove', at: '[data-testid="stage-thread-flyout"]' },
      { do: 'append', at: 'body', html: panel },
    ],
  };
}

/** A fixture of the signed-in app as a living page: typed, streamed as server-sent events, finished with its buttons. */
export function signedInPlay(name: string): PlayScript {
  const fixture = chatgptFixture(name);
  const page = fixturePage(fixture);
  const exchange = fixtureExchange(fixture, /\/backend-api\/f\/conversation$/);
  const markdown = '#thread > :last-child .markdown';
  const actions = outerHtmlOf(
    page,
    '#thread > [data-turn="assistant"]:last-child div:has(> [data-testid="copy-turn-action-button"])',
  );
  const turns = innerHtmlOf(
    changedPage(page, [
      { do: 'fill', at: '[data-message-author-role="user"] .whitespace-pre-wrap', html: '{{query}}' },
      { do: 'fill', at: markdown, html: '' },
      { do: 'class', at: markdown, add: ['result-streaming'] },
      { do: 'remove', at: '[data-turn="assistant"] div:has(> [data-testid="copy-turn-action-button"])' },
    ]),
    '#thread',
  );
  const atRest: DomChange[] = [{ do: 'class', at: markdown, remove: ['result-streaming'] }, ...SEND_BUTTON];
  return {
    entryHtml: signedInEntry(fixture),
    trigger: {
      kind: 'submit',
      field: '#prompt-textarea',
      button: '[data-testid="send-button"]',
      afterMs: 150,
    },
    endpoint: SIGNED_IN_ENDPOINT,
    method: 'POST',
    body: {
      kind: 'json',
      value: {
        action: 'next',
        messages: [{ author: { role: 'user' }, content: { content_type: 'text', parts: ['{{query}}'] } }],
        model: 'auto',
        timezone_offset_min: 0,
      },
    },
    contentType: exchange.contentType ?? 'text/event-stream; charset=utf-8',
    frames: exchange.frames.map(({ data }) => data),
    onSubmit: [{ do: 'append', at: '#thread', html: turns ?? '' }, ...STOP_BUTTON],
    growth: {
      containerSelector: '#thread > [data-turn="assistant"] .markdown',
      steps: growthSteps(page, markdown),
    },
    whileBusy: [],
    whenDone: [
      ...atRest,
      { do: 'append', at: '#thread > [data-turn="assistant"]:last-child', html: actions ?? '' },
    ],
    whenCut: [...atRest, { do: 'append', at: '#thread', html: BROKEN }],
    whenTyped: [{ do: 'unset', at: SEND, name: 'disabled' }],
    whenEmpty: [{ do: 'set', at: SEND, name: 'disabled', value: '' }],
    conversationUrl: new URL(fixture.request.finalUrl ?? 'https://chatgpt.com/').pathname,
    conversationUrlAt: 'first_frame',
    clicks: [sourcesPanel(fixture)],
  };
}

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

/** A fixture of the anonymous app as a living page: a textarea, form-encoded ask, markup frames or JSON lines back. */
export function anonymousPlay(name: string): PlayScript {
  const fixture = chatgptFixture(name);
  const page = fixturePage(fixture);
  const exchange = fixtureExchange(fixture, /\/unauth-mweb\/conversation\/updates/);
  const answer = '[data-conversation-transcript] > [data-message-role="assistant"]:last-child';
  const after = changedPage(outerHtmlOf(page, answer) ?? '', [
    { do: 'remove', at: '[data-message-attribution], [data-assistant-markdown]' },
  ]);
  const turns = innerHtmlOf(
    changedPage(page, [
      { do: 'fill', at: '[data-user-message-copy]', html: '{{query}}' },
      { do: 'fill', at: `${answer} [data-assistant-markdown]`, html: '' },
      { do: 'remove', at: `${answer} > :not([data-message-attribution], [data-assistant-markdown])` },
      { do: 'unset', at: answer, name: 'data-message-complete' },
      { do: 'set', at: answer, name: 'data-message-streaming', value: '' },
    ]),
    '[data-conversation-transcript]',
  );
  const atRest: DomChange[] = [{ do: 'unset', at: answer, name: 'data-message-streaming' }, ...MOBILE_SEND];
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
    body: {
      kind: 'form',
      fields: { prompt: '{{query}}', assistantMessageId: 'pending-stage', conversationState: '{}' },
    },
    contentType: exchange.contentType ?? 'text/vnd.openai.web-mobile-partial+html',
    frames: exchange.frames.map(({ data }) => data),
    onSubmit: [{ do: 'append', at: '[data-conversation-transcript]', html: turns ?? '' }, ...MOBILE_STOP],
    growth: {
      containerSelector: `${answer} [data-assistant-markdown]`,
      steps: growthSteps(page, `${answer} [data-assistant-markdown]`),
    },
    whileBusy: [],
    whenDone: [
      ...atRest,
      { do: 'set', at: answer, name: 'data-message-complete', value: '' },
      { do: 'append', at: answer, html: innerHtmlOf(after, 'li') ?? '' },
    ],
    whenCut: [...atRest, { do: 'append', at: '[data-mobile-thread]', html: BROKEN }],
    whenTyped: [{ do: 'unset', at: COMPOSER_BUTTON, name: 'aria-disabled' }],
    whenEmpty: [{ do: 'set', at: COMPOSER_BUTTON, name: 'aria-disabled', value: 'true' }],
    conversationUrl: new URL(fixture.request.finalUrl ?? 'https://chatgpt.com/').pathname,
    conversationUrlAt: 'first_frame',
  };
}
