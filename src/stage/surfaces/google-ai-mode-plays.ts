import { changedPage, type DomChange, growthSteps, innerHtmlOf, outerHtmlOf } from '../dom-change.ts';
import { type Fixture, fixturePage, loadFixture } from '../fixtures.ts';
import { lazily, type PlayClick, type PlayScript } from '../player.ts';

// How AI Mode's fixtures become pages that ask by themselves and write their answer while one looks.

/** A fixture of the surface. */
export const fixture = (name: string): Fixture => loadFixture('google_ai_mode', name);

/** Path of the answer's stream. */
export const ANSWER_PATH = '/async/folwr';

const TURN = '[data-scope-id="turn"]';
const THREAD = '#aim-chrome-initial-inline-async-container';
const TURNS = `${THREAD} > [data-processed]`;
/** What the pieces of the answer are added to; its number differs from page to page. */
const PIECES = '[data-container-id="main-col"] > [data-container-id]';
const SOURCES = '[data-container-id="rhs-col"]';
const FOOTER = '[data-xid="Gd7Hsc"]';

/** "Show all" opens the list of all sources, which is in the page before. */
export const AI_MODE_CLICKS: readonly PlayClick[] = [
  {
    at: '#rw0ISc',
    changes: [{ do: 'set', at: '[data-type="hovc"]', name: 'style', value: 'display:block' }],
  },
];

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** The page with `query` as the question that was asked last. */
export function askedPage(html: string, query: string): string {
  return changedPage(html, [
    { do: 'fill', at: 'title', html: `${escaped(query)} - Google Search` },
    { do: 'fill', at: `${TURN}:last [data-mq-text]`, html: escaped(query) },
  ]);
}

/** What a finished page is made of, in the order in which its parts come. */
interface Parts {
  entry: string;
  /** The turn with its question and nothing else. */
  turn: string;
  pieces: string[];
  footer: string;
  sources: string;
}

function partsOf(name: string): Parts {
  const page = fixturePage(fixture(name));
  const bare = changedPage(page, [
    { do: 'fill', at: PIECES, html: '' },
    { do: 'fill', at: SOURCES, html: '' },
    { do: 'fill', at: `${TURN} [data-mq-text]`, html: '{{query}}' },
  ]);
  return {
    entry: changedPage(page, [{ do: 'remove', at: TURN }]),
    turn: outerHtmlOf(bare, TURN) ?? '',
    pieces: growthSteps(changedPage(page, [{ do: 'remove', at: FOOTER }]), PIECES),
    footer: outerHtmlOf(page, FOOTER) ?? '',
    sources: innerHtmlOf(page, SOURCES) ?? '',
  };
}

/** The stream as it goes over the wire (`_fmt:adl`): the turn, then pieces that say where they belong. */
function framesOf({ turn, pieces, footer, sources }: Parts): string[] {
  const number = /data-container-id="(\d+)"/.exec(turn)?.[1] ?? '5';
  const into = (target: string, html: string): string =>
    `<div data-target-container-id="${target}" data-target-scope-id="turn" data-sn-op="2">${html}</div>`;
  return [
    turn,
    ...pieces.map((piece) => into(number, piece)),
    into(number, footer),
    into('rhs-col', sources),
  ];
}

const ERROR =
  '<div class="aferr" data-aeie="true" data-ec="503">An error occurred while fetching the content.</div>';
const FAILED: readonly DomChange[] = [
  { do: 'class', at: THREAD, remove: ['gsZh2b'] },
  { do: 'after', at: THREAD, html: ERROR },
];

/** Changes the parts of a play before it is put together. */
export type PartsChange = (parts: Parts) => Parts;

/** A fixture whose answer is asked for by the page and comes piece by piece; footer and sources last. */
export function streamed(name: string, change: PartsChange = (parts) => parts): () => PlayScript {
  return lazily(() => {
    const parts = change(partsOf(name));
    return {
      entryHtml: parts.entry,
      trigger: { kind: 'load', afterMs: 150 },
      endpoint: `${ANSWER_PATH}?aep=48&async=_fmt:adl,_xsrf:fixture:1&cs=1&udm=50&yv=3`,
      method: 'GET',
      body: { kind: 'none' },
      contentType: 'text/html; charset=utf-8',
      frames: framesOf(parts),
      onSubmit: [
        { do: 'append', at: TURNS, html: parts.turn },
        { do: 'class', at: THREAD, add: ['gsZh2b'] },
      ],
      growth: { containerSelector: PIECES, steps: parts.pieces },
      whileBusy: [],
      whenDone: [
        { do: 'append', at: PIECES, html: parts.footer },
        { do: 'append', at: SOURCES, html: parts.sources },
        { do: 'class', at: THREAD, remove: ['gsZh2b'] },
      ],
      whenCut: FAILED,
      whenRefused: FAILED,
      conversationUrl: '/search?udm=50&mstk=fixture-thread-token&csuir=1',
      clicks: AI_MODE_CLICKS,
    };
  });
}

/** The plain answer. */
export const plain = streamed('english-citations');

/** Google's own end mark alone says that the answer is whole. */
export const endMarkOnly = streamed('english-citations', (parts) => ({
  ...parts,
  footer: '<div><div data-zzy="1"></div></div>',
}));

/** The footer's buttons alone say it. */
export const footerOnly = streamed('english-citations', (parts) => ({
  ...parts,
  footer: changedPage(parts.footer, [{ do: 'remove', at: '[data-zzy]' }]),
}));

/** Nothing says it, as after a change of the site. */
export const noEndMark = streamed('english-citations', (parts) => ({ ...parts, footer: '' }));

/** The request goes out and the answer's place stays empty. */
export const unanswered = streamed('english-citations', (parts) => ({
  ...parts,
  pieces: [],
  footer: '',
  sources: '',
}));

/** A finished page whose last words are still being faded in. */
export const fadingPage = lazily(() =>
  changedPage(fixturePage(fixture('english-citations')), [
    {
      do: 'append',
      at: '[data-container-id="main-col"] ol li:last',
      html: ' <span data-sae="1"><span style="opacity: 0;">Keep it.</span></span>',
    },
  ]),
);
