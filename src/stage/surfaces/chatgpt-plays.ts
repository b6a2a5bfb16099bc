import { changedPage, type DomChange, growthSteps, innerHtmlOf, outerHtmlOf } from '../dom-change.ts';
import { type Fixture, fixtureExchange, fixturePage, loadFixture } from '../fixtures.ts';
import type { PlayClick, PlayScript } from '../player.ts';

export const chatgptFixture = (name: string): Fixture => loadFixture('chatgpt', name);

export const SIGNED_IN_ENDPOINT = '/backend-api/f/conversation';

/** What either app shows when the stream breaks. */
export const BROKEN =
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
  const panel = `<div data-testid="stage-thread-flyout" style="position:absolute;top:0;right:0;width:15rem;padding:1rem;font-size:.8rem"><section data-testid="screen-threadFlyOut" aria-label="Sources"><button data-testid="close-button" aria-label="Close" type="button"></button>${links.join('')}</section></div>`;
  return {
    at: '[data-turn="assistant"] button[aria-label="Sources"]',
    changes: [
      { do: 'remove', at: '[data-testid="stage-thread-flyout"]' },
      { do: 'append', at: 'body', html: panel },
    ],
  };
}

const MARKDOWN = '#thread > :last-child .markdown';
const ACTIONS = 'div:has(> [data-testid="copy-turn-action-button"])';
const THREAD_ANSWER = '#thread > [data-turn="assistant"]';

/** The fixture's turns right after the ask: the prompt as typed, an answer that is still empty. */
function turnsAsked(page: string): string {
  const asked = changedPage(page, [
    { do: 'fill', at: '[data-message-author-role="user"] .whitespace-pre-wrap', html: '{{query}}' },
    { do: 'fill', at: MARKDOWN, html: '' },
    { do: 'class', at: MARKDOWN, add: ['result-streaming'] },
    { do: 'remove', at: `[data-turn="assistant"] ${ACTIONS}` },
  ]);
  return innerHtmlOf(asked, '#thread') ?? '';
}

const ASK = {
  action: 'next',
  messages: [{ author: { role: 'user' }, content: { content_type: 'text', parts: ['{{query}}'] } }],
  model: 'auto',
  timezone_offset_min: 0,
};

/** A fixture of the signed-in app as a living page: typed, streamed as server-sent events, finished with its buttons. */
export function signedInPlay(name: string): PlayScript {
  const fixture = chatgptFixture(name);
  const page = fixturePage(fixture);
  const exchange = fixtureExchange(fixture, /\/backend-api\/f\/conversation$/);
  const actions = outerHtmlOf(page, `${THREAD_ANSWER}:last-child ${ACTIONS}`) ?? '';
  const atRest: DomChange[] = [{ do: 'class', at: MARKDOWN, remove: ['result-streaming'] }, ...SEND_BUTTON];
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
    body: { kind: 'json', value: ASK },
    contentType: exchange.contentType ?? 'text/event-stream; charset=utf-8',
    frames: exchange.frames.map(({ data }) => data),
    onSubmit: [{ do: 'append', at: '#thread', html: turnsAsked(page) }, ...STOP_BUTTON],
    growth: { containerSelector: `${THREAD_ANSWER} .markdown`, steps: growthSteps(page, MARKDOWN) },
    whileBusy: [],
    whenDone: [...atRest, { do: 'append', at: `${THREAD_ANSWER}:last-child`, html: actions }],
    whenCut: [...atRest, { do: 'append', at: '#thread', html: BROKEN }],
    whenTyped: [{ do: 'unset', at: SEND, name: 'disabled' }],
    whenEmpty: [{ do: 'set', at: SEND, name: 'disabled', value: '' }],
    conversationUrl: conversationPath(fixture),
    conversationUrlAt: 'first_frame',
    clicks: [sourcesPanel(fixture)],
  };
}

/** Where the page's address goes once the answer begins. */
export function conversationPath(fixture: Fixture): string {
  return new URL(fixture.request.finalUrl ?? 'https://chatgpt.com/').pathname;
}
