import type { DomChange } from '../dom-change.ts';
import { changedPage } from '../dom-change.ts';
import { fixturePage } from '../fixtures.ts';
import {
  deafAtFirst,
  lazily,
  livePage,
  type PlayClick,
  type PlayPace,
  type PlayScript,
  playFrames,
  playPage,
} from '../player.ts';
import type { StageReply } from '../reply.ts';
import type { StageRequest } from '../request.ts';
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
import { geminiFixture, geminiPlay, STREAM_PATH } from './gemini-plays.ts';

const FULL: SceneExpectation = {
  outcome: 'answered',
  minWords: 90,
  minSources: 7,
  minCited: 5,
  fanOut: 0,
  attempts: 1,
  loginState: 'anonymous',
  model: '3.6 Flash',
};

const isEntry = ({ isDocument, host, path }: StageRequest): boolean =>
  isDocument && host === 'gemini.google.com' && (path === '/app' || path.startsWith('/app/'));

/** What a played scene does differently. */
interface Variation {
  pace?: PlayPace;
  /** Changes of the entry page: dialogs over it. */
  entry?: readonly DomChange[];
  clicks?: readonly PlayClick[];
  script?: Partial<PlayScript>;
  /** Answers the ask in the stream's stead. */
  refuse?: (reply: StageReply) => void | Promise<void>;
}

function played(
  summary: string,
  script: () => PlayScript,
  expect: SceneExpectation,
  variation: Variation = {},
): Scene {
  const { pace, entry, clicks, refuse } = variation;
  const full = lazily((): PlayScript => {
    const base = { ...script(), ...variation.script };
    const entryHtml = entry === undefined ? base.entryHtml : changedPage(base.entryHtml, entry);
    return { ...base, entryHtml, clicks: [...(base.clicks ?? []), ...(clicks ?? [])] };
  });
  return {
    summary,
    expect,
    handle: async (request, reply) => {
      if (isEntry(request)) reply.html(playPage(full(), request));
      else if (request.path === STREAM_PATH)
        await (refuse === undefined ? playFrames(full(), reply, pace) : refuse(reply));
    },
  };
}

/** A page that is as it is. */
function still(name: string, summary: string, expect: SceneExpectation, status = 200): Scene {
  return {
    summary,
    expect,
    handle: async (request, reply) => {
      if (isEntry(request)) reply.html(livePage(fixturePage(geminiFixture(name)), {}), { status });
    },
  };
}

const of = (name: string): (() => PlayScript) => lazily(() => geminiPlay(name));
const cited = of('cited-with-sidebar');
const plain = played('an answer with chips whose addresses stand in the side panel', cited, FULL);

const overlay = (id: string, inner: string): DomChange => ({
  do: 'append',
  at: 'body',
  html: `<div class="cdk-overlay-container" id="${id}"><mat-dialog-container role="dialog" aria-modal="true" style="position:fixed;inset:0;background:#fff;padding:64px">${inner}</mat-dialog-container></div>`,
});
const NEWS = overlay(
  'stage-news',
  '<h2>What’s new in Gemini</h2><p>Try the new side panel.</p><button aria-label="Close"><mat-icon data-mat-icon-name="close" fonticon="close"></mat-icon>x</button>',
);
const SIGN_IN_OFFER = overlay(
  'stage-offer',
  '<h2>Sign in to get more from Gemini</h2><a href="https://accounts.google.com/ServiceLogin?continue=https://gemini.google.com/app">Sign in</a> <button>Stay signed out</button>',
);
const SIGN_IN_DEMAND = overlay(
  'stage-demand',
  '<h2>Sign in to keep chatting</h2><a href="https://accounts.google.com/ServiceLogin?continue=https://gemini.google.com/app">Sign in</a>',
);
const FAILURE =
  '<simple-snack-bar role="alert" style="position:fixed;bottom:160px;left:24px">You’re offline. The answer may be incomplete.</simple-snack-bar>';

/** Google's consent page first; the choice is kept in the `SOCS` cookie. */
const consent: Scene = {
  ...plain,
  summary: 'consent page first, then the answer',
  handle: async (request, reply) => {
    const app = 'https://gemini.google.com/app';
    if (request.host === 'consent.google.com' && request.path === '/save') {
      reply.redirect(app, {
        status: 303,
        headers: { 'set-cookie': 'SOCS=fixture; Domain=.google.com; Path=/; Secure; SameSite=None' },
      });
    } else if (request.host === 'consent.google.com') {
      reply.html(fixturePage(geminiFixture('wall-consent')));
    } else if (isEntry(request) && request.cookies.SOCS === undefined) {
      reply.redirect(`https://consent.google.com/m?continue=${encodeURIComponent(app)}&gl=DE`);
    } else await plain.handle(request, reply);
  },
};

const scenes: Readonly<Record<string, Scene>> = {
  cited: plain,
  'german-table': played('German, the older skin, a table and code', of('german-table-code'), {
    outcome: 'answered',
    minSources: 3,
    minCited: 3,
    model: '3.5 Flash',
  }),
  footnotes: played('Japanese, signed in: numbered footnotes with exact spans', of('japanese-footnotes'), {
    outcome: 'answered',
    minSources: 3,
    minCited: 3,
    loginState: 'signed_in',
  }),
  'sidebar-only': played('Arabic: sources only in the side panel, none cited', of('arabic-sidebar-only'), {
    outcome: 'answered',
    minWords: 20,
    minSources: 2,
    minCited: 0,
  }),
  'chips-only': played('chips, but the side panel never opens', of('chips-without-sidebar'), {
    outcome: 'answered',
    minWords: 15,
    minSources: 0,
  }),
  'no-sources': played('an answer without any source, with code and follow-ups', of('no-sources'), {
    outcome: 'answered',
    minWords: 30,
  }),
  slow: played('the answer takes four seconds to be written', cited, FULL, { pace: { totalMs: 4_000 } }),
  scrambled: played('every class name of the page is another one', () => scrambledPlay(cited()), FULL),
  'deaf-composer': played(
    'the composer takes text 1.5 s before it listens: what is sent meanwhile goes nowhere',
    () => deafAtFirst(cited(), 1_500),
    FULL,
  ),
  'news-card': played('a card about news lies over the composer', cited, FULL, {
    entry: [NEWS],
    clicks: [{ at: '#stage-news button', changes: [{ do: 'remove', at: '#stage-news' }] }],
  }),
  'sign-in-offer': played('a dialog offers a sign-in that can be refused', cited, FULL, {
    entry: [SIGN_IN_OFFER],
    clicks: [{ at: '#stage-offer button', changes: [{ do: 'remove', at: '#stage-offer' }] }],
  }),
  consent,
  cut: played(
    'the stream breaks in the middle',
    cited,
    { outcome: 'answered_partially', minWords: 10 },
    { pace: { end: 'cut', stopAt: 0.5 }, script: { whenCut: [{ do: 'append', at: 'body', html: FAILURE }] } },
  ),
  hang: played(
    'the stream stops in the middle and never ends',
    cited,
    { outcome: 'answered_partially', minWords: 10 },
    { pace: { end: 'hang', stopAt: 0.5 } },
  ),
  'no-answer': played(
    'nothing comes after the ask',
    cited,
    { outcome: 'timeout' },
    { refuse: async (reply) => reply.hang() },
  ),
  throttled: played('the answer is that a limit is reached', of('limit-reached'), { outcome: 'throttled' }),
  'turn-failed': played('the answer is an error of the site', of('turn-failed'), {
    outcome: 'surface_error',
  }),
  'sign-in-demanded': played(
    'the ask is refused: sign in first',
    cited,
    { outcome: 'login_wall' },
    {
      script: { whenRefused: [{ do: 'remove', at: 'model-response' }, SIGN_IN_DEMAND] },
      refuse: (reply) => reply.json([], { status: 401 }),
    },
  ),
  'login-wall': still('wall-sign-in', 'a page that only offers to sign in', { outcome: 'login_wall' }),
  region: still('wall-region', 'not offered in this country', { outcome: 'declined' }),
  sorry: still('wall-sorry', 'the check page instead of the app', { outcome: 'challenge' }, 429),
  unreadable: played(
    'an answer in markup nobody knows',
    cited,
    { outcome: 'extraction_empty' },
    {
      script: {
        frames: [")]}'\n\n", '27\n[["di",42],["zz.new",42]]\n'],
        growth: { containerSelector: '.response-content', steps: [] },
        whenDone: [
          {
            do: 'replace',
            at: 'structured-content-container',
            html: '<answer-canvas><canvas-leaf>Northwind CRM is a good start for small teams.</canvas-leaf></answer-canvas>',
          },
          { do: 'class', at: '.response-footer', add: ['complete'] },
          { do: 'remove', at: '.stop-button' },
        ],
      },
    },
  ),
  'http-500': serverError(500),
  reset: connectionReset(),
  'reset-once': failingFirst(connectionReset(), plain),
  'hang-page': hangingPage(),
  huge: hugePage(plain),
  storm: storm(plain),
  'busy-loop': busyLoop(plain, { outcome: 'timeout' }),
};

/** gemini.google.com, played from fixtures/gemini. */
export const geminiStage: SurfaceStage = {
  surface: 'gemini',
  hosts: ['gemini.google.com', 'consent.google.com', 'accounts.google.com'],
  plain: 'cited',
  scenes,
};
