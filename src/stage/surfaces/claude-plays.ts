import { changedPage, type DomChange, growthSteps, innerHtmlOf, outerHtmlOf } from '../dom-change.ts';
import { fixtureExchange, fixturePage, loadFixture } from '../fixtures.ts';
import type { PlayScript } from '../player.ts';

const CONVERSATION = '0197a1b2-7777-7000-8000-99990000aaaa';
/** Where the page asks. */
export const ENDPOINT = `/api/organizations/6a0f3a52-1111-4222-8333-444455556666/chat_conversations/${CONVERSATION}/completion`;

const FIELD = '[data-testid="chat-input"]';
const THREAD = '#thread';
const SEND = '[data-testid="chat-input-send"], button[aria-label="Send message"]';
const STOP = '[data-testid="chat-input-stop"], button[aria-label="Stop response"]';
const NEW_CHAT: readonly DomChange[] = [
  { do: 'fill', at: THREAD, html: '' },
  { do: 'fill', at: 'title', html: 'New chat - Claude' },
  { do: 'fill', at: '[data-testid="chat-title-button"]', html: 'New chat' },
];

/** What differs between the page's two generations. */
interface Generation {
  userRow: string;
  assistantRow: string;
  /** The message that streams, and the column in it that grows. */
  message: string;
  column: string;
  /** The renderer's element of the last text block. */
  lastText: string;
  actions: string;
  actionsPlace: string;
  /** Messages that get their streaming mark only with the first word. */
  streaming: string;
  send: string;
  stop: string;
  busyLine: string;
}

const SEND_BUTTON =
  '<button type="button" data-testid="chat-input-send" aria-label="Send message" disabled="">↑</button>';
const GENERATIONS: Readonly<Record<'early-2026' | 'september-2026', Generation>> = {
  'early-2026': {
    userRow: '[data-test-render-count]:has([data-testid="user-message"])',
    assistantRow: '[data-test-render-count]:has([data-is-streaming])',
    message: '[data-is-streaming]',
    column: '[data-is-streaming] > div:first-of-type',
    lastText: '.standard-markdown',
    actions: '[data-test-render-count]:has([data-is-streaming]) [role="group"][aria-label="Message actions"]',
    actionsPlace: '#thread > :last-child > div',
    streaming: '#none',
    send: '<button type="button" aria-label="Send message" disabled="" class="Button_claude__tTMUm">↑</button>',
    stop: '<button type="button" aria-label="Stop response" class="Button_claude__tTMUm">■</button>',
    busyLine: '<div class="ml-1 flex items-center" id="stage-busy"><div aria-hidden="true">✳</div></div>',
  },
  'september-2026': {
    userRow: '[data-perf-row="human"]',
    assistantRow: '[data-perf-row="assistant"]',
    message: '[data-testid="assistant-message"]',
    column: '[data-testid="assistant-message"] > div:first-of-type',
    lastText: '[data-transcript-engine-root]',
    actions: '[data-testid="assistant-message"] > div:has([data-testid="message-actions"])',
    actionsPlace: '[data-testid="assistant-message"]',
    streaming: '[data-testid="assistant-message"]',
    send: SEND_BUTTON,
    stop: '<button type="button" data-testid="chat-input-stop" aria-label="Stop response">■</button>',
    busyLine:
      '<div id="stage-busy" data-testid="TurnStatus" data-cds="TurnStatus" data-state="busy"><span data-morph-key="b"><bdi>Thinking</bdi></span></div>',
  },
};

/** The column's content as it grows: status lines and notes one by one, then the last text block piece by piece. */
function columnSteps(html: string, { column, lastText }: Generation): string[] {
  const parts = growthSteps(html, column);
  const last = parts.pop() ?? '';
  const head = parts.join('');
  const pieces = growthSteps(last, lastText);
  const before = parts.map((_part, index) => parts.slice(0, index + 1).join(''));
  const within = pieces.map(
    (_piece, index) =>
      head + changedPage(last, [{ do: 'fill', at: lastText, html: pieces.slice(0, index + 1).join('') }]),
  );
  return [...before, ...within.slice(0, -1), head + last];
}

/** The finished page of a fixture without its conversation: a new chat. */
export function newChat(fixture: string): string {
  return changedPage(fixturePage(loadFixture('claude', fixture)), NEW_CHAT);
}

/** What the site adds when something is asked: the prompt, and a turn that holds nothing yet. */
function askedRows(html: string, shape: Generation): string {
  const prompt = changedPage(outerHtmlOf(html, shape.userRow) ?? '', [
    { do: 'fill', at: '[data-testid="user-message"] p', html: '{{query}}' },
    { do: 'fill', at: 'h2', html: 'You said: {{query}}' },
  ]);
  const turn = changedPage(outerHtmlOf(html, shape.assistantRow) ?? '', [
    { do: 'fill', at: shape.column, html: '' },
    { do: 'remove', at: shape.actions },
    // Right after submit the turn has no streaming attribute yet (seen 2026-09).
    { do: 'unset', at: shape.streaming, name: 'data-is-streaming' },
    { do: 'set', at: '[data-is-streaming]', name: 'data-is-streaming', value: 'true' },
  ]);
  return prompt + turn;
}

const ROW_STREAMING = '[data-perf-row-streaming]';

function turnOver(html: string, shape: Generation): DomChange[] {
  return [
    { do: 'set', at: shape.message, name: 'data-is-streaming', value: 'false' },
    { do: 'set', at: ROW_STREAMING, name: 'data-perf-row-streaming', value: 'false' },
    { do: 'remove', at: '#stage-busy' },
    { do: 'replace', at: STOP, html: shape.send },
    { do: 'append', at: shape.actionsPlace, html: outerHtmlOf(html, shape.actions) ?? '' },
  ];
}

/** A fixture as a living page: the prompt is typed, the stream arrives, the column grows, the actions come last. */
export function chatPlay(name: string, generation: keyof typeof GENERATIONS): PlayScript {
  const fixture = loadFixture('claude', name);
  const html = fixturePage(fixture);
  const shape = GENERATIONS[generation];
  const exchange = fixtureExchange(fixture, /completion$/);
  const over = turnOver(html, shape);
  return {
    entryHtml: newChat(name),
    trigger: { kind: 'submit', field: FIELD, button: SEND, afterMs: 100 },
    endpoint: ENDPOINT,
    method: 'POST',
    body: { kind: 'json', value: { prompt: '{{query}}', timezone: 'Etc/UTC', tools: [] } },
    contentType: exchange.contentType ?? 'text/event-stream',
    frames: exchange.frames.map(({ data }) => data),
    onSubmit: [
      { do: 'append', at: THREAD, html: askedRows(html, shape) },
      { do: 'after', at: shape.column, html: shape.busyLine },
      { do: 'replace', at: SEND, html: shape.stop },
    ],
    growth: { containerSelector: shape.column, steps: columnSteps(html, shape), mode: 'replace' },
    whileBusy: [
      { do: 'set', at: shape.message, name: 'data-is-streaming', value: 'true' },
      { do: 'set', at: ROW_STREAMING, name: 'data-perf-row-streaming', value: 'true' },
    ],
    whenDone: over,
    whenCut: over,
    whenRefused: [
      { do: 'fill', at: THREAD, html: '' },
      { do: 'replace', at: STOP, html: shape.send },
    ],
    whenTyped: [{ do: 'unset', at: SEND, name: 'disabled' }],
    whenEmpty: [{ do: 'set', at: SEND, name: 'disabled', value: '' }],
    conversationUrl: `/chat/${CONVERSATION}`,
    conversationUrlAt: 'first_frame',
  };
}

/** The composer before hydration: it looks alive, and what is typed into it is lost (seen 2026-02). */
export function beforeHydration(script: PlayScript, hydratedAfterMs: number): PlayScript {
  const editor = outerHtmlOf(script.entryHtml, FIELD) ?? '';
  const copy =
    '<textarea data-testid="chat-input-ssr" aria-label="Write your prompt to Claude" placeholder="How can I help you today?"></textarea>';
  return {
    ...script,
    entryHtml: changedPage(script.entryHtml, [{ do: 'replace', at: FIELD, html: copy }]),
    timeline: [
      {
        afterMs: hydratedAfterMs,
        changes: [{ do: 'replace', at: '[data-testid="chat-input-ssr"]', html: editor }],
      },
    ],
  };
}

/** Content of the composer's notice area in a fixture: the banner of a used-up allowance. */
export function limitBanner(): string {
  const html = fixturePage(loadFixture('claude', 'usage-limit'));
  return innerHtmlOf(html, '[data-cds="ChatComposerNotices"]') ?? '';
}
