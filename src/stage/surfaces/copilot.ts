import type { DomChange } from '../dom-change.ts';
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
import { ANSWER_ITEM, AT_REST } from './copilot-plays.ts';
import { spoken, still, unseen } from './copilot-scene.ts';

const FULL: SceneExpectation = {
  outcome: 'answered',
  minWords: 80,
  minSources: 3,
  minCited: 3,
  fanOut: 0,
  loginState: 'signed_in',
  model: null,
};
const CUT: SceneExpectation = {
  outcome: 'answered_partially',
  minWords: 10,
  warnings: ['answer_truncated'],
};

const plain = spoken('citations-en', 'signed in: an answer with citations over the socket', FULL);

const OVER = 'style="position:fixed;inset:0;background:#fff;padding:4rem"';
const CONSENT = `<div id="onetrust-banner-sdk" ${OVER}><p>We use cookies.</p><button type="button" id="onetrust-reject-all-handler">Reject</button><button type="button" id="onetrust-accept-btn-handler">Accept</button></div>`;
const NAG =
  '<div data-testid="prompt-sign-in-composer-action"><p>Sign in to keep your chats.</p><button type="button" data-testid="maybe-later-button">Maybe later</button></div>';
const WELCOME = `<div role="dialog" aria-modal="true" id="stage-welcome" ${OVER}><h2>Hi, I’m Copilot</h2><button type="button">Get started</button></div>`;
const SIGN_IN = `<div role="dialog" aria-modal="true" ${OVER}><h2>Sign in to go on</h2><a href="https://login.live.com/oauth20_authorize.srf?client_id=x">Continue with Microsoft</a></div>`;

/** A dialog over the page that a click on one of its buttons takes away. */
function over(
  html: string,
  root: string,
  button: string,
  at = 'body',
): {
  entry: readonly DomChange[];
  clicks: readonly { at: string; changes: readonly DomChange[] }[];
} {
  return {
    entry: [{ do: 'append', at, html }],
    clicks: [{ at: button, changes: [{ do: 'remove', at: root }] }],
  };
}

const answers: Readonly<Record<string, Scene>> = {
  'signed-in': plain,
  'text-marks': spoken('text-marks-de', 'references stand in the text, numbered by the text itself', {
    outcome: 'answered',
    minWords: 35,
    minSources: 3,
    minCited: 3,
  }),
  packed: spoken('code-ja', 'several events in one message; citations come as a list, places from the page', {
    outcome: 'answered',
    minWords: 5,
    minSources: 2,
    minCited: 2,
  }),
  'no-sources': spoken('no-sources-ar', 'a visitor’s answer for which nothing was searched', {
    outcome: 'answered',
    minWords: 15,
    fanOut: 0,
    loginState: 'anonymous',
  }),
  'after-check': spoken('after-check-en', 'the page answers a check by computation, then the answer comes', {
    outcome: 'answered',
    minWords: 15,
    minCited: 1,
    fanOut: 2,
  }),
  sandboxed: spoken('sandboxed-en', 'the page hides its answer in a foreign frame, the socket has it', {
    outcome: 'answered',
    minWords: 10,
  }),
  'unseen-socket': unseen('citations-en', 'the socket lives in a worker: the page is the only witness', {
    ...FULL,
    loginState: 'unknown',
  }),
  'page-2025': unseen('page-2025-en', 'the page of 2025: citations as links, the mode names a model', {
    outcome: 'answered',
    minSources: 4,
    minCited: 3,
    model: 'Smart (GPT-5)',
  }),
  slow: spoken('citations-en', 'the answer takes four seconds to be written', FULL, {
    pace: { totalMs: 4_000 },
  }),
  scrambled: spoken('citations-en', 'every class name of the page is another one', FULL, { scrambled: true }),
  consent: spoken(
    'citations-en',
    'a cookie banner, then the answer',
    FULL,
    over(CONSENT, '#onetrust-banner-sdk', '#onetrust-banner-sdk button'),
  ),
  'sign-in-nag': spoken(
    'no-sources-ar',
    'a request to sign in that may be put off, then the answer',
    { outcome: 'answered', minWords: 15, loginState: 'anonymous' },
    over(
      NAG,
      '[data-testid="prompt-sign-in-composer-action"]',
      '[data-testid="maybe-later-button"]',
      '[data-testid="composer"]',
    ),
  ),
  welcome: spoken(
    'citations-en',
    'a word of welcome, then the answer',
    FULL,
    over(WELCOME, '#stage-welcome', '#stage-welcome button'),
  ),
};

const failures: Readonly<Record<string, Scene>> = {
  cut: spoken('citations-en', 'the socket is lost in the middle of the answer', CUT, {
    pace: { end: 'cut', stopAt: 0.6 },
  }),
  'hang-mid': spoken('citations-en', 'the socket stands still in the middle of the answer', CUT, {
    pace: { end: 'hang', stopAt: 0.6 },
  }),
  hang: spoken(
    'citations-en',
    'the answer never begins',
    { outcome: 'timeout' },
    { refuse: (reply) => reply.hang() },
  ),
  'error-turn': spoken(
    'citations-en',
    'the answer is an error of the site',
    { outcome: 'surface_error' },
    {
      script: {
        whenRefused: [
          { do: 'fill', at: ANSWER_ITEM, html: '<p>Something went wrong. Please try again.</p>' },
          {
            do: 'append',
            at: '[data-testid="ai-message-body"]',
            html: '<div data-testid="message-item-reactions"><button type="button">Retry</button></div>',
          },
          ...AT_REST,
        ],
      },
      refuse: (reply) => reply.json({ error: 'internal' }, { status: 500 }),
    },
  ),
  'error-event': spoken('wall-error', 'the socket refuses the ask', { outcome: 'surface_error' }),
  unreadable: spoken(
    'citations-en',
    'an answer in markup and events nobody knows',
    { outcome: 'extraction_empty' },
    {
      script: {
        growth: {
          containerSelector: ANSWER_ITEM,
          steps: ['<div><button type="button">A widget with an answer in it</button></div>'],
        },
      },
      talk: (talk) => ({
        ...talk,
        frames: talk.frames.map((frame) =>
          frame.direction === 'in' && /"(?:appendText|citation)"/.test(frame.data)
            ? { ...frame, data: '{"event":"widget","blob":"AAEC"}' }
            : frame,
        ),
      }),
    },
  ),
};

const walls: Readonly<Record<string, Scene>> = {
  'login-wall': still('wall-login', 'a choice of sign-ins instead of the app', { outcome: 'login_wall' }),
  'login-buttons': still('wall-login-buttons-de', 'the same as buttons, in German', {
    outcome: 'login_wall',
  }),
  'login-after-send': spoken(
    'no-sources-ar',
    'the ask is answered by a request to sign in',
    { outcome: 'login_wall' },
    {
      script: { whenRefused: [{ do: 'append', at: 'body', html: SIGN_IN }, ...AT_REST] },
      refuse: (reply) => reply.json({ error: 'unauthorized' }, { status: 401 }),
    },
  ),
  challenge: still(
    'wall-cloudflare',
    'the check page instead of the app',
    { outcome: 'challenge' },
    { status: 403, headers: { 'cf-mitigated': 'challenge' } },
  ),
  'check-after-send': spoken('wall-check-after-send', 'the ask is answered by a human check', {
    outcome: 'challenge',
  }),
  throttled: spoken('wall-throttled', 'the account is asked too often', { outcome: 'throttled' }),
  'not-in-region': spoken('wall-region', 'the service is not available to this session', {
    outcome: 'declined',
    warnings: ['surface_declined'],
  }),
  onboarding: still('wall-onboarding', 'a dialog that asks for a name', { outcome: 'surface_error' }),
  m365: still('wall-m365', 'Microsoft 365 Copilot, which is another product', { outcome: 'surface_error' }),
  'http-500': serverError(500),
  reset: connectionReset(),
  'reset-once': failingFirst(connectionReset(), plain),
  'hang-page': hangingPage(),
  huge: hugePage(plain),
  storm: storm(plain),
  'busy-loop': busyLoop(plain, { outcome: 'timeout' }),
};

/** copilot.microsoft.com, played from fixtures/copilot. */
export const copilotStage: SurfaceStage = {
  surface: 'copilot',
  hosts: ['copilot.microsoft.com'],
  plain: 'signed-in',
  scenes: { ...answers, ...failures, ...walls },
};
