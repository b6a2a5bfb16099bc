import { changedPage, type DomChange } from '../dom-change.ts';
import { fixturePage } from '../fixtures.ts';
import { livePage, type PlayClick, type PlayPace, type PlayScript, playFrames, playPage } from '../player.ts';
import type { StageReply } from '../reply.ts';
import type { StageRequest } from '../request.ts';
import type { Scene, SceneExpectation, SurfaceStage } from '../scene.ts';
import { scrambledPage } from '../scramble.ts';
import {
  busyLoop,
  connectionReset,
  failingFirst,
  hangingPage,
  hugePage,
  memoryBomb,
  serverError,
  storm,
} from '../traps.ts';
import {
  declining,
  deferred,
  FOLLOW_UP,
  fixture,
  OVERVIEW_CLICKS,
  streaming,
} from './google-overview-plays.ts';
import {
  CONSENT_DIALOG,
  GOOGLE_STAGE_HOSTS,
  isResultsRequest,
  playCheck,
  playConsent,
  resultsPageFor,
} from './google-pages.ts';

const REJECT_CONSENT: readonly PlayClick[] = [
  { at: '#W0wltc, #L2AGLb', changes: [{ do: 'remove', at: '#CXQnmb' }] },
];

const FULL: SceneExpectation = {
  outcome: 'answered',
  minWords: 90,
  minSources: 6,
  minCited: 6,
  fanOut: 0,
  attempts: 1,
};
const NOTHING: Pick<SceneExpectation, 'fanOut'> = { fanOut: 0 };

/** A finished page, shown at once; `changes` are made to it first. */
function finished(
  name: string,
  summary: string,
  expect: SceneExpectation,
  changes: readonly DomChange[] = [],
): Scene {
  return {
    summary,
    expect: { ...NOTHING, ...expect },
    handle: async (request, reply) => {
      if (!isResultsRequest(request)) return;
      const page = changedPage(resultsPageFor(fixturePage(fixture(name)), request.shownQuery), changes);
      reply.html(livePage(page, { clicks: [...OVERVIEW_CLICKS, ...REJECT_CONSENT] }));
    },
  };
}

/** A results page whose overview comes with a second request. */
function played(
  summary: string,
  script: () => PlayScript,
  expect: SceneExpectation,
  pace: PlayPace = {},
): Scene {
  return {
    summary,
    expect: { ...NOTHING, ...expect },
    handle: async (request, reply) => {
      if (request.path === FOLLOW_UP) return playFrames(script(), reply, pace);
      if (!isResultsRequest(request)) return;
      const entryHtml = resultsPageFor(script().entryHtml, request.shownQuery);
      reply.html(playPage({ ...script(), entryHtml }, request));
    },
  };
}

const inline = finished('inline-english', 'the answer is in the first response, with citations', FULL);
const stream = played('the answer is written block by block, then its sources come', streaming, FULL);

/** `base` behind something that answers first. */
function behind(
  base: Scene,
  summary: string,
  first: (request: StageRequest, reply: StageReply) => Promise<boolean>,
): Scene {
  return {
    ...base,
    summary,
    handle: async (request, reply) => {
      if (!(await first(request, reply))) await base.handle(request, reply);
    },
  };
}

/** The shell leads on to the results by script, as it does for a browser it trusts. */
async function shellFirst(request: StageRequest, reply: StageReply): Promise<boolean> {
  if (!isResultsRequest(request) || request.url.searchParams.has('sei')) return false;
  const on = '<script>setTimeout(() => location.replace(location.href + "&sei=fixture"), 400)</script>';
  reply.html(fixturePage(fixture('challenge-javascript-shell')).replace('</body>', `${on}</body>`));
  return true;
}

const scrambled: Scene = {
  ...inline,
  summary: 'every class name of the page is another one',
  handle: (request, reply) => {
    reply.rewriteHtml(scrambledPage);
    return inline.handle(request, reply);
  },
};

const slow = played('the answer takes four seconds to be written', streaming, FULL, { totalMs: 4_000 });

const scenes: Readonly<Record<string, Scene>> = {
  inline,
  deferred: played('the answer comes whole with a second request', deferred, FULL),
  streaming: stream,
  slow,
  scrambled,
  german: finished('deferred-german-table', 'German, with a table and nested lists', {
    outcome: 'answered',
    minSources: 3,
    minCited: 3,
  }),
  japanese: finished('inline-japanese-emoji', 'Japanese, emoji before citations', {
    outcome: 'answered',
    minSources: 2,
    minCited: 2,
  }),
  arabic: finished('inline-arabic-drifted-payloads', 'Arabic, payload fields in another order', {
    outcome: 'answered',
    minSources: 2,
    minCited: 2,
  }),
  code: finished('inline-code-script-payloads', 'code and a formula, payloads in a script', {
    outcome: 'answered',
    minSources: 2,
    minCited: 2,
  }),
  'no-sources': finished('inline-without-sources', 'an answer without any source', {
    outcome: 'answered',
    minWords: 20,
  }),
  goto: finished('goto-links', 'source links that do not tell where they lead', {
    outcome: 'answered',
    minSources: 5,
    minCited: 5,
  }),
  video: finished('inline-picture-and-video', 'a picture and a video in the answer', {
    outcome: 'answered',
    minSources: 1,
  }),
  legacy: finished('legacy-2025-02', 'the overview as it was in early 2025', {
    outcome: 'answered',
    minSources: 3,
    minCited: 3,
  }),
  absent: finished('absent', 'results without an overview', { outcome: 'absent' }),
  declined: played('the second request brings only a notice', declining, { outcome: 'declined' }),
  cut: played(
    'the answer stops in the middle',
    streaming,
    { outcome: 'answered_partially', minWords: 10 },
    { end: 'hang', stopAt: 0.5 },
  ),
  pending: played(
    'the second request is never answered',
    deferred,
    { outcome: 'timeout' },
    { end: 'hang', stopAt: 0 },
  ),
  throttled: finished('throttled', 'the block says that something went wrong', { outcome: 'throttled' }),
  consent: behind(inline, 'consent page first, then the answer', (request, reply) =>
    playConsent(request, reply, fixture('consent-left')),
  ),
  'consent-dialog': finished('inline-english', 'a consent dialog lies over the answer', FULL, [
    { do: 'append', at: 'body', html: CONSENT_DIALOG },
  ]),
  sorry: {
    summary: 'the check page instead of results',
    expect: { ...NOTHING, outcome: 'challenge' },
    handle: async (request, reply) => void playCheck(request, reply, fixture('challenge-sorry')),
  },
  'js-shell': {
    summary: 'a page that only says to enable JavaScript',
    expect: { ...NOTHING, outcome: 'challenge' },
    handle: async (request, reply) => {
      if (isResultsRequest(request)) reply.html(fixturePage(fixture('challenge-javascript-shell')));
    },
  },
  'js-shell-first': behind(inline, 'the JavaScript shell leads on to the results', shellFirst),
  'http-500': serverError(503),
  reset: connectionReset(),
  'reset-once': failingFirst(connectionReset(), inline),
  'hang-page': hangingPage(),
  huge: hugePage(inline),
  storm: storm(inline),
  'busy-loop': busyLoop(inline, { outcome: 'timeout' }),
  // Slower than a busy machine is in giving the page the memory it takes.
  'out-of-memory': memoryBomb(
    played('the answer takes half a minute to be written', streaming, FULL, { totalMs: 30_000 }),
  ),
};

/** Google's AI Overview, played from fixtures/google_ai_overview. */
export const googleAiOverviewStage: SurfaceStage = {
  surface: 'google_ai_overview',
  hosts: GOOGLE_STAGE_HOSTS,
  claims: ({ url }) => !url.searchParams.has('udm') && !url.searchParams.has('tbm'),
  plain: 'inline',
  scenes,
};
