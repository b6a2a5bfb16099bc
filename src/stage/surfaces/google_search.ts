import { changedPage, innerHtmlOf } from '../dom-change.ts';
import { fixturePage } from '../fixtures.ts';
import { type PlayPace, type PlayScript, playFrames, playPage } from '../player.ts';
import type { Scene, SceneExpectation, SurfaceStage } from '../scene.ts';
import {
  busyLoop,
  connectionReset,
  failingFirst,
  hangingPage,
  hugePage,
  serverError,
  storm,
} from '../traps.ts';
import { ListingScenes } from './google-listing-scenes.ts';
import { declining, deferred, FOLLOW_UP, OVERVIEW_CLICKS, streaming } from './google-overview-plays.ts';
import { GOOGLE_STAGE_HOSTS, isResultsRequest, resultsPageFor } from './google-pages.ts';

const scenesOf = new ListingScenes('google_search', OVERVIEW_CLICKS);

const FULL: SceneExpectation = {
  outcome: 'answered',
  minWords: 90,
  minSources: 9,
  minCited: 6,
  fanOut: 0,
  attempts: 1,
};
const LISTED: SceneExpectation = { outcome: 'answered', minSources: 2 };

const everything = scenesOf.finished(
  'everything-with-overview',
  'an overview, ads, web results, stories, videos, posts, questions and a panel',
  FULL,
);

/** An overview that is made while one looks, above the whole listing. */
function played(
  summary: string,
  script: () => PlayScript,
  expect: SceneExpectation,
  pace: PlayPace = {},
): Scene {
  return {
    summary,
    expect: { fanOut: 0, ...expect },
    handle: async (request, reply) => {
      if (request.path === FOLLOW_UP) return playFrames(script(), reply, pace);
      if (!isResultsRequest(request)) return;
      const listing = innerHtmlOf(fixturePage(scenesOf.fixture('everything-with-overview')), '#rcnt') ?? '';
      const page = changedPage(script().entryHtml, [{ do: 'fill', at: '#rcnt', html: listing }]);
      reply.html(playPage({ ...script(), entryHtml: resultsPageFor(page, request.shownQuery) }, request));
    },
  };
}

const scenes: Readonly<Record<string, Scene>> = {
  everything,
  organic: scenesOf.finished('plain', 'three web results and nothing else', LISTED),
  shopping: scenesOf.finished('shopping-and-places', 'products, paid and not, and places', LISTED),
  goto: scenesOf.finished('goto-links', 'result links that do not tell where they lead', {
    outcome: 'answered',
    minSources: 4,
  }),
  german: scenesOf.finished('german', 'German, overview with a table', {
    outcome: 'answered',
    minWords: 20,
    minSources: 4,
    minCited: 3,
  }),
  japanese: scenesOf.finished('japanese-emoji', 'Japanese, emoji and characters beyond 16 bits', LISTED),
  arabic: scenesOf.finished('arabic', 'Arabic, written from right to left', LISTED),
  featured: scenesOf.finished(
    'featured-snippet-and-tab',
    'a featured snippet, results in an entity’s tab, a repeated site',
    LISTED,
    // The fixture was saved before its layout script ran; a reader sees it after.
    [{ do: 'unset', at: '.kp-wholepage', name: 'style' }],
  ),
  corrected: scenesOf.finished('query-corrected', 'Google answers another spelling', {
    outcome: 'answered',
    minSources: 1,
  }),
  deferred: played('the overview comes whole with a second request', deferred, FULL),
  streaming: played('the overview is written block by block', streaming, FULL),
  declined: played('the second request brings only a notice; the listing stays', declining, {
    outcome: 'answered',
    minSources: 4,
  }),
  cut: played(
    'the overview stops in the middle',
    streaming,
    { outcome: 'answered_partially', minWords: 10, minSources: 4 },
    { end: 'hang', stopAt: 0.5 },
  ),
  'no-match': scenesOf.finished('no-match', 'nothing was found, and the page says so', { outcome: 'absent' }),
  'no-match-unlisted': scenesOf.finished(
    'no-match-unlisted-language',
    'nothing was found, said in a language that nobody listed',
    { outcome: 'absent' },
  ),
  drifted: scenesOf.finished('results-not-read', 'results in markup that nobody knows', {
    outcome: 'extraction_empty',
  }),
  missing: scenesOf.finished('results-missing', 'the page ends before its results', { outcome: 'timeout' }),
  ...scenesOf.around(everything, 'everything-with-overview'),
  'http-500': serverError(503),
  reset: connectionReset(),
  'reset-once': failingFirst(connectionReset(), everything),
  'hang-page': hangingPage(),
  huge: hugePage(everything),
  storm: storm(everything),
  'busy-loop': busyLoop(everything, { outcome: 'timeout' }),
};

/** Google's results page, played from fixtures/google_search. */
export const googleSearchStage: SurfaceStage = {
  surface: 'google_search',
  hosts: GOOGLE_STAGE_HOSTS,
  claims: ({ url }) => !url.searchParams.has('udm') && !url.searchParams.has('tbm'),
  plain: 'everything',
  scenes,
};
