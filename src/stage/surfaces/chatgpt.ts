import { lazily, type PlayScript } from '../player.ts';
import type { Scene, SceneExpectation, SurfaceStage } from '../scene.ts';
import { scrambledPlay } from '../scramble.ts';
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
import { anonymousPlay } from './chatgpt-anonymous-play.ts';
import { ALERT, COOKIE_DIALOG, LIMIT_DIALOG, LOGIN_MODAL } from './chatgpt-dialogs.ts';
import { signedInPlay } from './chatgpt-plays.ts';
import { played, still } from './chatgpt-scene.ts';
import { handedOff } from './chatgpt-socket.ts';

const FULL: SceneExpectation = {
  outcome: 'answered',
  minWords: 40,
  minSources: 6,
  minCited: 5,
  fanOut: 2,
  attempts: 1,
  loginState: 'signed_in',
  model: 'gpt-5-5',
};
const ANONYMOUS: SceneExpectation = {
  outcome: 'answered',
  minWords: 30,
  minSources: 3,
  minCited: 3,
  fanOut: 0,
  loginState: 'anonymous',
  model: null,
};

const citations = lazily(() => signedInPlay('signed-in-citations'));
const anonymous = lazily(() => anonymousPlay('anonymous-frames-de'));

const plain = played('signed in: an answer with citations and the queries behind it', citations, FULL);

const ANSWER_TURN =
  '[data-conversation-transcript] > [data-message-role="assistant"], #thread > [data-turn="assistant"]';

const asked = (html: string): Partial<PlayScript> => ({
  whenRefused: [
    { do: 'remove', at: ANSWER_TURN },
    { do: 'set', at: '#composer-submit-button', name: 'data-testid', value: 'send-button' },
    { do: 'unset', at: '[data-stop-generating]', name: 'data-stop-generating' },
    { do: 'append', at: 'body', html },
  ],
});

const slow = played('the answer takes four seconds to be written', citations, FULL, {
  pace: { totalMs: 4_000 },
});

const scenes: Readonly<Record<string, Scene>> = {
  'signed-in': plain,
  anonymous: played('the app for visitors: answer in markup frames', anonymous, ANONYMOUS),
  'anonymous-lines': played(
    'the app for visitors: answer in JSON lines',
    lazily(() => anonymousPlay('anonymous-lines-ja')),
    {
      ...ANONYMOUS,
      minWords: 2,
      minSources: 1,
      minCited: 1,
    },
  ),
  'no-search': played(
    'an answer for which nothing was searched',
    lazily(() => signedInPlay('signed-in-no-search-ar')),
    {
      outcome: 'answered',
      minWords: 15,
      fanOut: 0,
      model: 'gpt-5-2',
    },
  ),
  thinking: played(
    'a thinking model: two search rounds, thoughts, code',
    lazily(() => signedInPlay('signed-in-thinking-de')),
    {
      outcome: 'answered',
      minWords: 40,
      minSources: 4,
      minCited: 4,
      fanOut: 3,
      model: 'gpt-5-5-thinking',
    },
  ),
  shopping: played(
    'product cards, images, entities and an ad',
    lazily(() => signedInPlay('signed-in-shopping')),
    {
      outcome: 'answered',
      minSources: 1,
      minCited: 1,
      fanOut: 1,
    },
  ),
  'handed-off': handedOff('signed-in-websocket'),
  cut: played(
    'the stream breaks in the middle of the answer',
    citations,
    { outcome: 'answered_partially', minWords: 5, warnings: ['answer_truncated'] },
    { pace: { end: 'cut', stopAt: 0.6 } },
  ),
  'hang-mid': played(
    'the stream stands still in the middle of the answer',
    citations,
    { outcome: 'answered_partially', minWords: 5, warnings: ['answer_truncated'] },
    { pace: { end: 'hang', stopAt: 0.6 } },
  ),
  hang: played(
    'the answer never begins',
    citations,
    { outcome: 'timeout' },
    { refuse: (reply) => reply.hang() },
  ),
  'late-composer': played('the composer is dead for a second and a half after load', citations, FULL, {
    script: {
      trigger: {
        kind: 'submit',
        field: '#prompt-textarea',
        button: '[data-testid="send-button"]',
        afterMs: 1_500,
      },
    },
  }),
  slow,
  scrambled: played('every class name of the page is another one', () => scrambledPlay(citations()), FULL),
  'login-modal': played('a login dialog that can be dismissed, then the answer', anonymous, ANONYMOUS, {
    entry: [{ do: 'append', at: 'body', html: LOGIN_MODAL }],
    clicks: [
      { at: '[data-testid="dismiss-welcome"]', changes: [{ do: 'remove', at: '#modal-no-auth-login' }] },
    ],
  }),
  consent: played('a cookie dialog, then the answer', citations, FULL, {
    entry: [{ do: 'append', at: 'body', html: COOKIE_DIALOG }],
    clicks: [{ at: '#stage-cookies button', changes: [{ do: 'remove', at: '#stage-cookies' }] }],
  }),
  'login-wall': still('wall-login', 'a login dialog without a way out', { outcome: 'login_wall' }),
  challenge: still('wall-cloudflare', 'the check page instead of the app', { outcome: 'challenge' }, 403, {
    'cf-mitigated': 'challenge',
  }),
  'visitor-check': played(
    'the ask is refused: the visitor check failed',
    anonymous,
    { outcome: 'challenge' },
    {
      script: asked(ALERT('Chat verification could not be completed')),
      refuse: (reply) => reply.json({ detail: 'verification required' }, { status: 403 }),
    },
  ),
  'device-block': played(
    'the ask is refused: unusual activity',
    citations,
    { outcome: 'challenge' },
    {
      script: asked(''),
      refuse: (reply) =>
        reply.json(
          { detail: 'Unusual activity has been detected from your device. Try again later.' },
          { status: 403 },
        ),
    },
  ),
  throttled: played(
    'the limit of anonymous messages is reached',
    anonymous,
    { outcome: 'throttled' },
    {
      script: asked(LIMIT_DIALOG),
      refuse: (reply) => reply.json({ detail: 'rate limited' }, { status: 429 }),
    },
  ),
  'error-turn': played(
    'the answer is an error of the site',
    citations,
    { outcome: 'surface_error' },
    {
      script: {
        whenRefused: [
          {
            do: 'fill',
            at: `${ANSWER_TURN.split(', ')[1]} .markdown`,
            html: '<p>Something went wrong. If this issue persists please contact us through our help center at help.openai.com.</p>',
          },
          { do: 'class', at: '.markdown', remove: ['result-streaming'] },
          { do: 'set', at: '#composer-submit-button', name: 'data-testid', value: 'send-button' },
        ],
      },
      refuse: (reply) => reply.json({ detail: 'Something went wrong' }, { status: 500 }),
    },
  ),
  unreadable: played(
    'an answer in markup nobody knows',
    citations,
    { outcome: 'extraction_empty' },
    {
      script: {
        frames: [': ping\n\n'.repeat(20), 'data: [DONE]\n\n'],
        growth: {
          containerSelector: '#thread > [data-turn="assistant"] .markdown',
          steps: ['<div class="not-prose" data-testid="new-widget-shell"><div>330 metres</div></div>'],
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
  'busy-loop': busyLoop(plain, { outcome: 'timeout' }),
  'out-of-memory': memoryBomb(slow),
};

/** chatgpt.com, both apps, played from fixtures/chatgpt. */
export const chatgptStage: SurfaceStage = {
  surface: 'chatgpt',
  hosts: ['chatgpt.com', 'ws.chatgpt.com'],
  plain: 'signed-in',
  scenes,
};
