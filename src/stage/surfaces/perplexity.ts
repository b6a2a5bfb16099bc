import { changedPage, outerHtmlOf } from '../dom-change.ts';
import { fixturePage, loadFixture } from '../fixtures.ts';
import { paced } from '../pieces.ts';
import { lazily, type PlayScript } from '../player.ts';
import type { StageReply } from '../reply.ts';
import type { Scene, SceneExpectation, SurfaceStage } from '../scene.ts';
import { scrambledPlay } from '../scramble.ts';
import {
  busyLoop,
  connectionReset,
  failingFirst,
  hangingPage,
  hugePage,
  serverError,
  storm,
} from '../traps.ts';
import { tabsPlay, workflowPlay } from './perplexity-plays.ts';
import { played, still } from './perplexity-scene.ts';

const FULL: SceneExpectation = {
  outcome: 'answered',
  minWords: 60,
  minSources: 6,
  minCited: 4,
  fanOut: 3,
  attempts: 1,
  loginState: 'anonymous',
  model: 'turbo',
};
const CUT: SceneExpectation = {
  outcome: 'answered_partially',
  minWords: 5,
  warnings: ['answer_truncated'],
};

const workflow = lazily(() => workflowPlay('workflow-english'));
const tabs = lazily(() => tabsPlay('ask-text-german-table'));
const japanese = lazily(() => tabsPlay('ask-text-japanese-emoji'));
const plain = played('workflow layout: citations, queries and follow-ups', workflow, FULL);
const GERMAN: SceneExpectation = {
  outcome: 'answered',
  minWords: 50,
  minSources: 3,
  minCited: 3,
  fanOut: 2,
  loginState: 'anonymous',
};

/** The sign-in sheet of the blocking fixture, with a button to close it. */
const sheet = (): string => {
  const html = fixturePage(loadFixture('perplexity', 'login-modal-blocking'));
  return changedPage(outerHtmlOf(html, '[role="dialog"]') ?? '', [
    { do: 'set', at: '[role="dialog"]', name: 'id', value: 'stage-sheet' },
    { do: 'append', at: '[role="dialog"]', html: '<button aria-label="Close" type="button">×</button>' },
  ]);
};
const CLOSE_SHEET = {
  at: '#stage-sheet [aria-label="Close"]',
  changes: [{ do: 'remove', at: '#stage-sheet' }],
} as const;

const COOKIES =
  '<div id="stage-cookies" aria-label="Cookie consent"><p>We use cookies.</p><button type="button" id="necessary-cookies">Necessary Cookies</button><button type="button" id="all-cookies">Accept All Cookies</button></div>';

/** Text complete, then silence, then the terminal frame with other numbers: nothing before it may be believed. */
async function lateTerminal(reply: StageReply, { contentType, frames }: PlayScript): Promise<void> {
  const [terminal = '', end = ''] = frames.slice(-2);
  await reply.stream(contentType, [
    ...paced(frames.slice(0, -2), 500),
    { data: terminal, afterMs: 1_400 },
    { data: end, afterMs: 20 },
  ]);
}

const answers: Readonly<Record<string, Scene>> = {
  workflow: plain,
  tabs: played('tabbed layout: a German answer with a table and related questions', tabs, GERMAN),
  'late-terminal': played(
    'the text is complete 1.4 s before its citations are final',
    japanese,
    { outcome: 'answered', minSources: 3, minCited: 3, fanOut: 2, model: 'claude50sonnetthinking' },
    { answer: lateTerminal },
  ),
  arabic: played(
    'workflow layout: an Arabic answer',
    lazily(() => workflowPlay('workflow-arabic')),
    { outcome: 'answered', minWords: 20, minSources: 3, minCited: 2, fanOut: 2 },
  ),
  code: played(
    'workflow layout: code, formulas, nested lists',
    lazily(() => workflowPlay('workflow-code-and-formula')),
    { outcome: 'answered', minWords: 40, minSources: 2, minCited: 2, fanOut: 1 },
  ),
  'no-search': played(
    'an answer for which nothing was searched',
    lazily(() => workflowPlay('workflow-without-sources')),
    { outcome: 'answered', minWords: 5, fanOut: 0 },
  ),
  typed: played('the deep link does not ask: the question is typed', workflow, FULL, { linkAsks: false }),
  slow: played('the answer takes four seconds to be written', workflow, FULL, { pace: { totalMs: 4_000 } }),
  scrambled: played('every class name of the page is another one', () => scrambledPlay(workflow()), FULL),
  'scrambled-tabs': played(
    'tabbed layout, every class name is another one',
    () => scrambledPlay(tabs()),
    GERMAN,
  ),
  'cookie-banner': played('a cookie banner, then the answer', workflow, FULL, {
    entry: [{ do: 'append', at: 'body', html: COOKIES }],
    script: {
      clicks: [{ at: '#necessary-cookies', changes: [{ do: 'remove', at: '#stage-cookies' }] }],
    },
  }),
  'sign-in-sheet': {
    ...plain,
    summary: 'a sign-in sheet covers the finished answer and can be closed',
    handle: (request, reply) => sheetScene().handle(request, reply),
  },
};

const sheetScene = lazily(() =>
  played('', workflow, FULL, {
    script: {
      whenDone: [...workflow().whenDone, { do: 'append', at: 'body', html: sheet() }],
      clicks: [CLOSE_SHEET],
    },
  }),
);

/** The frames of a turn that ends as something other than an answer, in the page it leaves behind. */
const turnOf = (name: string): (() => PlayScript) => lazily(() => workflowPlay(name));

const failures: Readonly<Record<string, Scene>> = {
  'login-wall-completed': played(
    'the completed answer is a demand to sign up',
    turnOf('login-wall-completed'),
    { outcome: 'login_wall' },
  ),
  'failed-turn': played('the turn fails', turnOf('failed-turn'), { outcome: 'surface_error' }),
  'login-modal': still('login-modal-blocking', 'a sign-in dialog without a way out', {
    outcome: 'login_wall',
  }),
  challenge: still('challenge', 'the check page instead of the app', { outcome: 'challenge' }, 403, {
    'cf-mitigated': 'challenge',
  }),
  'not-in-region': still('not-in-region', 'not available in this region', { outcome: 'declined' }),
  'limit-notice': still('limit-notice', 'a notice that the searches are used up', { outcome: 'throttled' }),
  throttled: played(
    'the ask is refused: too many',
    workflow,
    { outcome: 'throttled' },
    {
      answer: (reply) => reply.json({ detail: { error_code: 'RATE_LIMITED' } }, { status: 429 }),
    },
  ),
  'ask-challenged': played(
    'the ask is refused: a check is due',
    workflow,
    { outcome: 'challenge' },
    {
      answer: (reply) =>
        reply.html('<!doctype html><title>Just a moment...</title>', {
          status: 403,
          headers: { 'cf-mitigated': 'challenge' },
        }),
    },
  ),
  cut: played('the stream breaks in the middle of the answer', workflow, CUT, {
    pace: { end: 'cut', stopAt: 0.5 },
  }),
  'cut-tabs': played('tabbed layout, the stream breaks in the middle', tabs, CUT, {
    pace: { end: 'cut', stopAt: 0.45 },
  }),
  'hang-mid': played('the stream stands still in the middle of the answer', workflow, CUT, {
    pace: { end: 'hang', stopAt: 0.5 },
  }),
  hang: played(
    'the answer never begins',
    workflow,
    { outcome: 'timeout' },
    { answer: (reply) => reply.hang() },
  ),
  unreadable: played(
    'an answer in markup and words nobody knows',
    workflow,
    { outcome: 'extraction_empty' },
    {
      script: {
        frames: [': ping\n\n'.repeat(20), 'event: end_of_stream\ndata: {}\n\n'],
        growth: {
          containerSelector: '.prose',
          steps: ['<object-card><button>42 metres</button></object-card>'],
        },
      },
    },
  ),
  'http-500': serverError(500),
  reset: connectionReset(),
  'reset-once': failingFirst(connectionReset(), plain),
  'hang-page': hangingPage(),
  huge: hugePage(plain),
  storm: storm(plain),
  // Before the page has asked: later, what the stream already brought would be a part of an answer.
  'busy-loop': busyLoop(plain, { outcome: 'timeout' }),
};

/** www.perplexity.ai, both answer layouts, played from fixtures/perplexity. */
export const perplexityStage: SurfaceStage = {
  surface: 'perplexity',
  hosts: ['www.perplexity.ai'],
  plain: 'workflow',
  scenes: { ...answers, ...failures },
};
