import { changedPage } from '../dom-change.ts';
import { fixturePage } from '../fixtures.ts';
import type { Scene, SceneExpectation, SurfaceStage } from '../scene.ts';
import { connectionReset, failingFirst, hangingPage, hugePage, serverError } from '../traps.ts';
import { ListingScenes } from './google-listing-scenes.ts';
import { GOOGLE_STAGE_HOSTS, isResultsRequest } from './google-pages.ts';

const scenesOf = new ListingScenes('google_news');

const FULL: SceneExpectation = { outcome: 'answered', minSources: 6, minCited: 0, fanOut: 0, attempts: 1 };
const TWO: SceneExpectation = { outcome: 'answered', minSources: 2 };

const tab = scenesOf.finished('tab-english', 'the News tab, with stories told together', FULL);

const APP = 'news.google.com';

/** Google leads from the News tab on to news.google.com. */
function app(name: string, edition: string, summary: string, expect: SceneExpectation): Scene {
  return {
    summary,
    expect: { fanOut: 0, ...expect },
    handle: async (request, reply) => {
      if (request.host === APP && request.isDocument) {
        const page = fixturePage(scenesOf.fixture(name));
        const field = { do: 'set', at: 'input[name="q"]', name: 'value', value: request.shownQuery } as const;
        reply.html(changedPage(page, [field]));
      } else if (isResultsRequest(request)) {
        const target = new URL(`https://${APP}/search`);
        target.searchParams.set('q', request.shownQuery);
        target.searchParams.set('ceid', edition);
        reply.redirect(target.href);
      }
    },
  };
}

const scenes: Readonly<Record<string, Scene>> = {
  tab,
  goto: scenesOf.finished('tab-goto', 'story links that do not tell where they lead', {
    outcome: 'answered',
    minSources: 3,
  }),
  german: scenesOf.finished('tab-german-no-timestamps', 'German, times only in words', TWO),
  japanese: scenesOf.finished('tab-japanese', 'Japanese, emoji and characters beyond 16 bits', TWO),
  arabic: scenesOf.finished('tab-arabic', 'Arabic, written from right to left', TWO),
  app: app('app-english', 'US:en', 'news.google.com takes the tab’s place', {
    outcome: 'answered',
    minSources: 4,
  }),
  'app-german': app('app-german-articles', 'DE:de', 'news.google.com as it was before 2026', TWO),
  'no-match': scenesOf.finished('no-match', 'nothing was found, and the page says so', { outcome: 'absent' }),
  drifted: scenesOf.finished('stories-not-read', 'stories in markup that nobody knows', {
    outcome: 'extraction_empty',
  }),
  ...scenesOf.around(tab, 'tab-english'),
  'http-500': serverError(503),
  reset: connectionReset(),
  'reset-once': failingFirst(connectionReset(), tab),
  'hang-page': hangingPage(),
  huge: hugePage(tab),
};

/** Google's News tab and news.google.com, played from fixtures/google_news. */
export const googleNewsStage: SurfaceStage = {
  surface: 'google_news',
  hosts: [...GOOGLE_STAGE_HOSTS, APP],
  claims: ({ url }) => url.searchParams.get('tbm') === 'nws' || url.hostname === APP,
  plain: 'tab',
  scenes,
};
