import { changedPage, type DomChange, growthSteps, innerHtmlOf, outerHtmlOf } from '../dom-change.ts';
import { type Fixture, fixturePage, loadFixture } from '../fixtures.ts';
import type { PlayClick, PlayScript } from '../player.ts';
import { type SocketTalk, socketTalk } from '../socket-player.ts';

export const copilotFixture = (name: string): Fixture => loadFixture('copilot', name);

/** The call that opens a conversation, before the socket. */
export const START_ENDPOINT = '/c/api/start';

/** Where the page opens its socket; signed in, the account's token stands in it. */
const SOCKET =
  'wss://copilot.microsoft.com/c/api/chat?api-version=2&clientSessionId=7c1d9a52-4b6e-4f0a-8d3c-2e5f6a7b8c90';
const SIGNED_IN = '&accessToken=stage-secret-token&X-UserIdentityType=MSA';

const CHAT = '[data-testid="chat-page"]';
const REACTIONS = '[data-testid="message-item-reactions"]';
/** The answer's element in the page under way. */
export const ANSWER_ITEM = '[data-testid="ai-message-body"] > :first-child';
const SEND = '[data-testid="submit-button"]';
const STOP = '[data-testid="stop-button"]';

const STOP_BUTTON: readonly DomChange[] = [
  { do: 'unset', at: SEND, name: 'disabled' },
  { do: 'set', at: SEND, name: 'type', value: 'button' },
  { do: 'set', at: SEND, name: 'data-testid', value: 'stop-button' },
];
/** The composer at rest. */
export const AT_REST: readonly DomChange[] = [
  { do: 'set', at: STOP, name: 'type', value: 'submit' },
  { do: 'set', at: STOP, name: 'disabled', value: '' },
  { do: 'set', at: STOP, name: 'data-testid', value: 'submit-button' },
];

/** The page as a visitor finds it: composer, no conversation. */
export function copilotEntry(fixture: Fixture): string {
  return changedPage(fixturePage(fixture), [
    { do: 'remove', at: `${CHAT} > *` },
    { do: 'remove', at: 'aside, iframe, [role="dialog"]' },
    ...AT_REST,
    { do: 'set', at: SEND, name: 'disabled', value: '' },
  ]);
}

/** "Sources" opens a panel beside the chat with the pages of which the button showed the icons. */
function sourcesPanel(fixture: Fixture): PlayClick {
  const frames = fixture.transcript.flatMap((exchange) => exchange.frames.map(({ data }) => data));
  const cited = frames.flatMap((data) => [...data.matchAll(/\{"event":"citation"[^{}]*\}/g)]);
  const pages = cited.map(([event]) => JSON.parse(event) as { title: string; url: string });
  const once = [...new Map(pages.map((page) => [page.url, page])).values()];
  const links = once.map(
    ({ title, url }) =>
      `<a href="${url}" rel="noopener noreferrer" target="_blank"><div>${new URL(url).hostname}</div><div>${title}</div></a><br>`,
  );
  const panel = `<aside data-testid="sources-panel" aria-label="Sources" style="padding:1.5rem;width:260px"><h2>Sources</h2>${links.join('')}</aside>`;
  return {
    at: '[data-testid="sources-button-testid"]',
    changes: [
      { do: 'remove', at: 'aside' },
      { do: 'append', at: 'body', html: panel },
    ],
  };
}

/** A fixture as a living page: typed, answered over the socket, finished with its row of reactions. */
export function copilotPlay(name: string): PlayScript {
  const fixture = copilotFixture(name);
  const page = fixturePage(fixture);
  const turns = innerHtmlOf(
    changedPage(page, [
      { do: 'fill', at: `${CHAT} [data-content="user-message"]`, html: '{{query}}' },
      { do: 'fill', at: ANSWER_ITEM, html: '' },
      { do: 'remove', at: REACTIONS },
    ]),
    CHAT,
  );
  const reactions = outerHtmlOf(page, REACTIONS);
  const outside = ['iframe', '[role="dialog"]'].flatMap((css) => outerHtmlOf(page, css) ?? []).join('');
  const finished: DomChange[] = [
    { do: 'append', at: '[data-testid="ai-message-body"]', html: reactions ?? '' },
    { do: 'append', at: 'body', html: outside },
    ...AT_REST,
  ];
  return {
    entryHtml: copilotEntry(fixture),
    trigger: { kind: 'submit', field: '#userInput', button: SEND, afterMs: 150 },
    endpoint: START_ENDPOINT,
    method: 'POST',
    body: { kind: 'json', value: { timeZone: 'America/New_York', startNewConversation: true } },
    contentType: 'application/json; charset=utf-8',
    frames: [JSON.stringify({ currentConversationId: 'pW3kZ8vHcR5tNq2yXb6Lm', isNewUser: true })],
    onSubmit: [{ do: 'append', at: CHAT, html: turns ?? '' }, ...STOP_BUTTON],
    growth: { containerSelector: ANSWER_ITEM, steps: growthSteps(page, ANSWER_ITEM) },
    whileBusy: [],
    whenDone: finished,
    whenCut: AT_REST,
    whenRefused: AT_REST,
    whenTyped: [{ do: 'unset', at: SEND, name: 'disabled' }],
    whenEmpty: [{ do: 'set', at: SEND, name: 'disabled', value: '' }],
    conversationUrl: new URL(fixture.request.finalUrl ?? 'https://copilot.microsoft.com/').pathname,
    clicks: [sourcesPanel(fixture)],
  };
}

/** What both ends of the fixture's socket say. */
export function copilotTalk(name: string): SocketTalk {
  const { transcript, request } = copilotFixture(name);
  const socket = transcript.find(({ kind }) => kind === 'websocket');
  const signedIn = socket?.url.includes('accessToken=') === true;
  return socketTalk(`${SOCKET}${signedIn ? SIGNED_IN : ''}`, socket?.frames ?? [], request.query);
}
