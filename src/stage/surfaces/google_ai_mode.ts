import type { DomChange } from '../dom-change.ts';
import { fixturePage } from '../fixtures.ts';
import { livePage, type PlayScript } from '../player.ts';
import type { StageReply } from '../reply.ts';
import type { Scene, SceneExpectation, SurfaceStage } from '../scene.ts';
import { scrambledPage } from '../scramble.ts';
import {
  busyLoop,
  connectionReset,
  failingFirst,
  hangingPage,
  hugePage,
  serverError,
  storm,
} from '../traps.ts';
import {
  askedPage,
  endMarkOnly,
  fadingPage,
  fixture,
  footerOnly,
  noEndMark,
  plain,
  unanswered,
} from './google-ai-mode-plays.ts';
import { behind, CLICKS, finished, played } from './google-ai-mode-scene.ts';
import {
  CONSENT_DIALOG,
  GOOGLE_STAGE_HOSTS,
  isResultsRequest,
  playCheck,
  playConsent,
  resultsPageFor,
} from './google-pages.ts';

const FULL: SceneExpectation = {
  outcome: 'answered',
  minWords: 120,
  minSources: 5,
  minCited: 4,
  fanOut: 0,
  attempts: 1,
  loginState: 'anonymous',
  model: null,
};

/** Two thirds of the answer, then nothing for longer than a settled text needs, then the rest. */
async function withPause(reply: StageReply, { contentType, frames }: PlayScript): Promise<void> {
  const at = Math.floor((frames.length * 2) / 3);
  await reply.stream(contentType, [
    { data: frames.slice(0, at).join(''), afterMs: 200 },
    { data: frames.slice(at).join(''), afterMs: 2_600 },
  ]);
}

async function refused(reply: StageReply): Promise<void> {
  await reply.stream('application/json; charset=utf-8', [{ data: ')]}\'\n[""]', afterMs: 100 }]);
}

const streaming = played('the page asks by itself and the answer is written piece by piece', plain, FULL);

const SIGN_IN = 'accounts.google.com';

const loginWall: Scene = {
  summary: 'Google asks for a sign-in',
  expect: { outcome: 'login_wall' },
  handle: async (request, reply) => {
    if (request.host === SIGN_IN) return reply.html(fixturePage(fixture('login-wall')));
    if (isResultsRequest(request)) reply.redirect(`https://${SIGN_IN}/v3/signin/identifier?continue=fixture`);
  },
};

const scrambled: Scene = {
  ...finished('english-citations', 'every class name of the page is another one', FULL),
  handle: (request, reply) => {
    reply.rewriteHtml(scrambledPage);
    return finished('english-citations', '', FULL).handle(request, reply);
  },
};

const CITED = (sources: number): SceneExpectation => ({
  outcome: 'answered',
  minSources: sources,
  minCited: sources,
  fanOut: 0,
});

const answers: Readonly<Record<string, Scene>> = {
  streaming,
  slow: played('the answer takes four seconds to be written', plain, FULL, { totalMs: 4_000 }),
  pause: played('the answer stops for 2.6 seconds in the middle', plain, FULL, withPause),
  'end-mark-only': played('only data-zzy says that the answer is whole', endMarkOnly, FULL),
  'footer-only': played('only the buttons below say that the answer is whole', footerOnly, FULL),
  'no-end-mark': played('nothing says that the answer is whole', noEndMark, FULL),
  'fade-in': {
    summary: 'the last words are still fading in',
    expect: FULL,
    handle: async (request, reply) => {
      if (!isResultsRequest(request)) return;
      const changes: DomChange[] = [{ do: 'unset', at: '[data-sae] span', name: 'style' }];
      const html = askedPage(fadingPage(), request.shownQuery);
      reply.html(livePage(html, { clicks: CLICKS, timeline: [{ afterMs: 2_500, changes }] }));
    },
  },
  scrambled,
  german: finished('german-table', 'German, a table with citations in its cells', CITED(3)),
  japanese: finished('japanese-emoji', 'Japanese, emoji before citations', CITED(2)),
  arabic: finished('arabic-link-chips', 'Arabic, citations as labelled links (2026-09)', CITED(2)),
  code: finished('code-and-formula', 'code and a formula, payloads in a script', CITED(2)),
  'empty-chips': finished('empty-chips-no-sources', 'citation chips without any source', {
    outcome: 'answered',
    minWords: 20,
  }),
  'second-turn': finished('second-turn', 'a signed-in thread with two turns; the last one counts', {
    ...CITED(1),
    loginState: 'signed_in',
  }),
  products: finished('products-and-ad', 'product links in the text and an ad below', CITED(1)),
};

const failures: Readonly<Record<string, Scene>> = {
  cut: played(
    'the stream breaks in the middle and the page says so',
    plain,
    { outcome: 'answered_partially', minWords: 10 },
    { end: 'cut', stopAt: 0.5 },
  ),
  hang: played(
    'the stream stops in the middle and never ends',
    plain,
    { outcome: 'answered_partially', minWords: 10 },
    { end: 'hang', stopAt: 0.5 },
  ),
  pending: played('the answer is never given', plain, { outcome: 'timeout' }, { end: 'hang', stopAt: 0 }),
  error: played("the answer's request fails", plain, { outcome: 'surface_error' }, async (reply) =>
    reply.html('', { status: 503 }),
  ),
  refused: played('the answer is refused without a check', unanswered, { outcome: 'challenge' }, refused),
  unreadable: finished('unreadable', 'an answer in a structure nobody knows', {
    outcome: 'extraction_empty',
  }),
  absent: {
    summary: 'ordinary results, with an AI Overview',
    expect: { outcome: 'absent' },
    handle: async (request, reply) => {
      if (!isResultsRequest(request)) return;
      reply.html(resultsPageFor(fixturePage(fixture('absent-results-with-overview')), request.shownQuery));
    },
  },
  'not-offered': finished('not-offered', 'AI Mode is not offered here', { outcome: 'absent' }),
  'login-wall': loginWall,
  sorry: {
    summary: 'the check page instead of an answer',
    expect: { outcome: 'challenge' },
    handle: async (request, reply) => void playCheck(request, reply, fixture('challenge-sorry')),
  },
  'js-shell': finished('challenge-javascript-shell', 'a page that only says to enable JavaScript', {
    outcome: 'challenge',
  }),
  'http-500': serverError(503),
  reset: connectionReset(),
  'hang-page': hangingPage(),
};

const scenes: Readonly<Record<string, Scene>> = {
  ...answers,
  ...failures,
  consent: behind(streaming, 'consent page first, then the answer', (request, reply) =>
    playConsent(request, reply, fixture('consent-left')),
  ),
  'consent-dialog': finished('english-citations', 'a consent dialog lies over the answer', FULL, [
    { do: 'append', at: 'body', html: CONSENT_DIALOG },
  ]),
  'reset-once': failingFirst(connectionReset(), streaming),
  huge: hugePage(streaming),
  storm: storm(streaming),
  'busy-loop': busyLoop(streaming, { outcome: 'timeout' }),
};

/** Google's AI Mode, played from fixtures/google_ai_mode. */
export const googleAiModeStage: SurfaceStage = {
  surface: 'google_ai_mode',
  hosts: [...GOOGLE_STAGE_HOSTS, SIGN_IN],
  claims: ({ url }) => url.searchParams.get('udm') === '50',
  plain: 'streaming',
  scenes,
};
