import { changedPage, type DomChange, growthSteps, innerHtmlOf, outerHtmlOf } from '../dom-change.ts';
import { fixtureExchange, fixturePage, loadFixture } from '../fixtures.ts';
import type { PlayScript } from '../player.ts';

/** Where the page asks. */
export const ENDPOINT = '/rest/sse/perplexity_ask';

const PROSE = '.prose';
const STOP = '<button aria-label="Stop generating response" type="button" id="stage-stop">■</button>';
const REMOVE_STOP: DomChange = { do: 'remove', at: '#stage-stop' };

function part(html: string, selector: string): string {
  return outerHtmlOf(html, selector) ?? '';
}

/** What both layouts have in common: the composer, the stream, the stop button. */
function playOf(name: string, layout: Pick<PlayScript, 'entryHtml' | 'onSubmit' | 'whenDone'>): PlayScript {
  const fixture = loadFixture('perplexity', name);
  const exchange = fixtureExchange(fixture, /perplexity_ask/);
  return {
    ...layout,
    trigger: { kind: 'load', afterMs: 150 },
    endpoint: ENDPOINT,
    method: 'POST',
    body: {
      kind: 'json',
      value: { query_str: '{{query}}', params: { version: '2.18', mode: 'copilot', query_source: 'home' } },
    },
    contentType: exchange.contentType ?? 'text/event-stream',
    frames: exchange.frames.map(({ data }) => data),
    onSubmit: [...layout.onSubmit, { do: 'append', at: '[data-ask-input-container]', html: STOP }],
    growth: { containerSelector: PROSE, steps: growthSteps(fixturePage(fixture), PROSE) },
    whileBusy: [],
    whenDone: [...layout.whenDone, REMOVE_STOP],
    whenCut: [REMOVE_STOP],
    whenRefused: [REMOVE_STOP],
    whenTyped: [{ do: 'unset', at: '[data-ask-input-container] > button[disabled]', name: 'disabled' }],
    conversationUrl: '/search/stage-thread',
    conversationUrlAt: 'first_frame',
  };
}

/** The workflow page of 2026-08 and later: the answer gets its frame and its footer when it is finished. */
export function workflowPlay(name: string): PlayScript {
  const html = fixturePage(loadFixture('perplexity', name));
  const thread = '.max-w-threadContentWidth > div';
  const user = changedPage(part(html, '[data-workflow-entry]'), [
    { do: 'fill', at: '[data-renderer="lm"] p', html: '{{query}}' },
  ]);
  const empty = changedPage(part(html, '[data-workflow-final-text]'), [
    { do: 'fill', at: PROSE, html: '' },
    { do: 'unset', at: '[data-workflow-final-text]', name: 'data-workflow-final-text' },
  ]);
  const answer = '[data-workflow-entry] ~ div:has(.prose)';
  const under = part(html, '.contents:has(> [data-workflow-text-footer])') + part(html, '[data-followups]');
  return playOf(name, {
    entryHtml: changedPage(html, [{ do: 'fill', at: thread, html: '' }]),
    onSubmit: [{ do: 'append', at: thread, html: user + empty }],
    whenDone: [
      { do: 'set', at: answer, name: 'data-workflow-final-text', value: '' },
      { do: 'before', at: answer, html: part(html, '.step-header') },
      { do: 'after', at: answer, html: under },
    ],
  });
}

/** The tabbed page of 2026-02: the answer's actions and related questions come when it is finished. */
export function tabsPlay(name: string): PlayScript {
  const html = fixturePage(loadFixture('perplexity', name));
  const panel = '[id$="-content-default"] > div';
  const turn = '.gap-y-lg';
  const asked = changedPage(part(html, '.relative.z-10'), [
    { do: 'fill', at: '.select-text', html: '{{query}}' },
  ]);
  const answer = changedPage(part(html, '[id^="markdown-content-"]'), [{ do: 'fill', at: PROSE, html: '' }]);
  const under = changedPage(innerHtmlOf(html, turn) ?? '', [
    { do: 'remove', at: '[id^="markdown-content-"]' },
    { do: 'remove', at: '.flex.gap-x-md' },
  ]);
  return playOf(name, {
    entryHtml: changedPage(html, [{ do: 'fill', at: panel, html: '' }]),
    onSubmit: [
      { do: 'append', at: panel, html: `${asked}<div class="gap-y-lg flex flex-col">${answer}</div>` },
    ],
    whenDone: [{ do: 'append', at: turn, html: under }],
  });
}
