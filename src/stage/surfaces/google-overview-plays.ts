import { changedPage, type DomChange, growthSteps, innerHtmlOf } from '../dom-change.ts';
import { type Fixture, fixturePage, loadFixture } from '../fixtures.ts';
import { lazily, type PlayClick, type PlayScript } from '../player.ts';

// How the overview's fixtures become pages that make their overview while one looks.

/** A fixture of the surface. */
export const fixture = (name: string): Fixture => loadFixture('google_ai_overview', name);

/** Path of the second request of a deferred overview. */
export const FOLLOW_UP = '/async/folsrch';
/** "Show more" unfolds the answer, as on the site: the text was there before. */
const SHOW_MORE: PlayClick = {
  at: '[aria-controls="m-x-content"]',
  changes: [
    { do: 'set', at: '[aria-controls="m-x-content"]', name: 'aria-expanded', value: 'true' },
    { do: 'set', at: '[data-fh]', name: 'style', value: 'max-height:none' },
    { do: 'set', at: '#eKIzJc [data-attnms]', name: 'data-attnms', value: 'ec' },
    { do: 'unset', at: '[ahbak]', name: 'aria-hidden' },
    { do: 'unset', at: '[ahbak]', name: 'ahbak' },
  ],
};

const SHOW_SOURCES: PlayClick = {
  at: '#rw0ISc',
  changes: [{ do: 'set', at: '[data-type="hovc"]', name: 'style', value: 'display:block' }],
};

/** What a reader can click in the block. */
export const OVERVIEW_CLICKS: readonly PlayClick[] = [SHOW_MORE, SHOW_SOURCES];

/** What the block shows between the first response and the second request's answer. */
const PENDING: readonly DomChange[] = [
  { do: 'set', at: '#eKIzJc [data-attnms]', name: 'data-attnms', value: 'l' },
  { do: 'unset', at: '#eKIzJc [data-attnms]', name: 'data-loaded' },
];

const DONE: readonly DomChange[] = [
  { do: 'set', at: '#eKIzJc [data-attnms]', name: 'data-attnms', value: 'tc' },
  { do: 'set', at: '#eKIzJc [data-attnms]', name: 'data-loaded', value: '1' },
];

/** The second request of a deferred overview; the page's growth is given, its frames only pace it. */
function followUp(
  entryHtml: string,
  growth: PlayScript['growth'],
  whenDone: readonly DomChange[],
): PlayScript {
  return {
    entryHtml,
    trigger: { kind: 'load', afterMs: 150 },
    endpoint: `${FOLLOW_UP}?async=_fmt:pc`,
    method: 'GET',
    body: { kind: 'none' },
    contentType: 'text/html; charset=utf-8',
    frames: growth.steps,
    onSubmit: [],
    growth,
    whileBusy: [],
    whenDone,
    conversationUrl: null,
    clicks: OVERVIEW_CLICKS,
  };
}

const BOX = '#B2Jtyd';

/** The plain overview's insides, put into a deferred block that is still empty. */
const parts = lazily(() => {
  const pending = innerHtmlOf(fixturePage(fixture('pending')), BOX) ?? '';
  const plain = fixturePage(fixture('inline-english'));
  const inner = innerHtmlOf(plain, '#eKIzJc [data-attnms]') ?? '';
  const block = innerHtmlOf(fixturePage(fixture('pending')), '#Odp5De') ?? '';
  const entry = changedPage(plain, [{ do: 'fill', at: '#Odp5De', html: block }, ...PENDING]);
  return { pending, inner, entry };
});

/** The answer comes whole with the second response. */
export const deferred = lazily(() => {
  const { entry, inner } = parts();
  return followUp(entry, { containerSelector: BOX, steps: [inner], mode: 'replace' }, DONE);
});

const GHOST = `<div id="fx_folsrch-ghost-1" ahbak="true" aria-hidden="true"><div aria-valuetext="Generating" role="progressbar" style="height:60px;background:#eef2fb"></div></div>`;

/** The answer grows block by block; sources and end marks come last. */
export const streaming = lazily(() => {
  const { entry, inner } = parts();
  const MAIN = '[data-container-id="main-col"]';
  const RHS = '[data-container-id="rhs-col"]';
  const sources = innerHtmlOf(inner, RHS) ?? '';
  const started = changedPage(inner, [
    { do: 'fill', at: MAIN, html: '<span data-async-ph="_fx_8"></span>' },
    { do: 'fill', at: RHS, html: '<span data-async-ph="_fx_9"></span>' },
    { do: 'before', at: '[data-subtree="dfa"]', html: GHOST },
  ]);
  const steps = growthSteps(inner, MAIN);
  const done: DomChange[] = [
    { do: 'remove', at: '#eKIzJc [data-async-ph]' },
    { do: 'remove', at: '[id$="folsrch-ghost-1"]' },
    { do: 'append', at: RHS, html: sources },
    ...DONE,
  ];
  const script = followUp(entry, { containerSelector: MAIN, steps }, done);
  return { ...script, onSubmit: [{ do: 'fill', at: BOX, html: started }] satisfies DomChange[] };
});

/** The second response brings only the notice that no overview is given. */
export const declining = lazily(() => {
  const { entry } = parts();
  const notice = innerHtmlOf(fixturePage(fixture('declined')), '#eKIzJc [data-attnms]') ?? '';
  return followUp(entry, { containerSelector: BOX, steps: [notice], mode: 'replace' }, [
    { do: 'set', at: '#eKIzJc [data-attnms]', name: 'data-attnms', value: 'tc' },
  ]);
});
