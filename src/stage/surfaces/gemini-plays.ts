import { changedPage, type DomChange, growthSteps, innerHtmlOf, outerHtmlOf } from '../dom-change.ts';
import { type Fixture, fixtureExchange, fixturePage, loadFixture } from '../fixtures.ts';
import type { PlayClick, PlayScript } from '../player.ts';

export const geminiFixture = (name: string): Fixture => loadFixture('gemini', name);

/** The answer stream's path; the site adds build and session to its query. */
export const STREAM_PATH = '/_/BardChatUi/data/assistant.lamda.BardFrontendService/StreamGenerate';

const HISTORY = '[data-test-id="chat-history-container"]';
const MARKDOWN = 'model-response .markdown-main-panel';
const FOOTER = 'model-response .response-footer';
const SEND_SLOT = '.send-button-container';
const SEND = '.send-button';
const ACTIONS = '.response-container-footer';
const CHIPS = 'sources-carousel-inline, .source-inline-chip-container';
const SIDEBAR = 'context-sidebar';

/** The app as a visitor finds it: composer, no conversation, no panel. */
export function geminiEntry(page: string): string {
  return changedPage(page, [
    { do: 'fill', at: HISTORY, html: '' },
    { do: 'remove', at: SIDEBAR },
    { do: 'fill', at: SEND_SLOT, html: sendButton(page) },
  ]);
}

/** The fixture's send button, or one of the current skin where the fixture shows it at work. */
function sendButton(page: string): string {
  return (
    outerHtmlOf(page, SEND) ??
    '<gem-icon-button class="send-button submit" aria-disabled="true"><button><gem-icon><mat-icon data-mat-icon-name="arrow_upward" fonticon="arrow_upward"></mat-icon></gem-icon></button></gem-icon-button>'
  );
}

const STOP_BUTTON =
  '<gem-icon-button class="stop-button"><button aria-label="Stop response"><gem-icon><mat-icon role="img" aria-hidden="true" data-mat-icon-name="stop" fonticon="stop"></mat-icon></gem-icon></button></gem-icon-button>';

/** The turn right after the ask: the question as typed, an answer that is still empty. */
function turnAsked(page: string): string {
  const asked = changedPage(page, [
    { do: 'fill', at: 'user-query .query-text-line', html: '{{query}}' },
    { do: 'fill', at: MARKDOWN, html: '' },
    { do: 'set', at: MARKDOWN, name: 'aria-busy', value: 'true' },
    { do: 'class', at: FOOTER, remove: ['complete'] },
    { do: 'fill', at: FOOTER, html: '' },
    { do: 'remove', at: `${ACTIONS}, model-response .follow-up-container` },
  ]);
  return innerHtmlOf(asked, HISTORY) ?? '';
}

/** What the site adds once the text stands: chips, the sources button, the turn's own buttons. */
function finishing(page: string): DomChange[] {
  const follow = outerHtmlOf(page, 'model-response .follow-up-container') ?? '';
  return [
    { do: 'fill', at: MARKDOWN, html: innerHtmlOf(page, MARKDOWN) ?? '' },
    { do: 'set', at: MARKDOWN, name: 'aria-busy', value: 'false' },
    { do: 'before', at: FOOTER, html: follow },
    { do: 'fill', at: FOOTER, html: innerHtmlOf(page, FOOTER) ?? '' },
    { do: 'class', at: FOOTER, add: ['complete'] },
    { do: 'after', at: '.presented-response-container', html: outerHtmlOf(page, ACTIONS) ?? '' },
  ];
}

/** "Sources" opens the panel whose cards carry the addresses. */
function sidebarClicks(page: string): PlayClick[] {
  const panel = outerHtmlOf(page, SIDEBAR);
  if (panel === undefined) return [];
  return [
    { at: `${SIDEBAR} button`, changes: [{ do: 'remove', at: SIDEBAR }] },
    {
      at: 'sources-list button',
      changes: [
        { do: 'remove', at: SIDEBAR },
        { do: 'append', at: 'body', html: panel },
      ],
    },
  ];
}

/** A fixture as a living page: typed, streamed in Google's length-prefixed frames, chips after the text. */
export function geminiPlay(name: string): PlayScript {
  const fixture = geminiFixture(name);
  const page = fixturePage(fixture);
  const exchange = fixtureExchange(fixture, /\/StreamGenerate\?/);
  const send = sendButton(page);
  const atRest: DomChange[] = [{ do: 'fill', at: SEND_SLOT, html: send }];
  return {
    entryHtml: geminiEntry(page),
    trigger: { kind: 'submit', field: 'rich-textarea .ql-editor', button: SEND, afterMs: 0 },
    endpoint: `${STREAM_PATH}?bl=boq_assistant-bard-web-server_20261020.09_p1&f.sid=-1234567890&hl=en&_reqid=100001&rt=c`,
    method: 'POST',
    body: { kind: 'form', fields: { 'f.req': '[null,"[[\\"{{query}}\\"]]"]', at: 'FixtureTokenOfNoValue' } },
    contentType: exchange.contentType ?? 'application/json; charset=utf-8',
    frames: exchange.frames.map(({ data }) => data),
    onSubmit: [
      { do: 'append', at: HISTORY, html: turnAsked(page) },
      { do: 'fill', at: SEND_SLOT, html: STOP_BUTTON },
    ],
    growth: {
      containerSelector: MARKDOWN,
      steps: growthSteps(changedPage(page, [{ do: 'remove', at: CHIPS }]), MARKDOWN),
    },
    whileBusy: [],
    whenDone: [...finishing(page), ...atRest],
    whenTyped: [{ do: 'unset', at: SEND, name: 'aria-disabled' }],
    whenEmpty: [{ do: 'set', at: SEND, name: 'aria-disabled', value: 'true' }],
    conversationUrl: new URL(fixture.request.finalUrl ?? 'https://gemini.google.com/app').pathname,
    conversationUrlAt: 'first_frame',
    clicks: sidebarClicks(page),
  };
}
