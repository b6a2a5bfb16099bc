import type { DomChange } from '../dom-change.ts';
import { changedPage } from '../dom-change.ts';
import { fixturePage } from '../fixtures.ts';
import {
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
import {
  ANONYMOUS_ENDPOINT,
  anonymousPlay,
  chatgptFixture,
  SIGNED_IN_ENDPOINT,
  signedInPlay,
} from './chatgpt-plays.ts';
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

const isEntry = ({ isDocument, path }: StageRequest): boolean =>
  isDocument && (path === '/' || path.startsWith('/c/') || path.startsWith('/uc/'));
const isAsk = ({ method, path }: StageRequest): boolean =>
  method === 'POST' && (path === SIGNED_IN_ENDPOINT || path === ANONYMOUS_ENDPOINT);

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
      else if (isAsk(request)) await (refuse === undefined ? playFrames(full(), reply, pace) : refuse(reply));
    },
  };
}

/** A page that is as it is. */
function still(
  fixture: string,
  summary: string,
  expect: SceneExpectation,
  status = 200,
  headers: Record<string, string> = {},
): Scene {
  return {
    summary,
    expect,
    handle: async (request, reply) => {
      if (request.isDocument)
        reply.html(livePage(fixturePage(chatgptFixture(fixture)), {}), { status, headers });
    },
  };
}

const citations = lazily(() => signedInPlay('signed-in-citations'));
const anonymous = lazily(() => anonymousPlay('anonymous-frames-de'));

const plain = played('signed in: an answer with citations and the queries behind it', citations, FULL);

const LOGIN_MODAL = `<div id="modal-no-auth-login" data-testid="modal-no-auth-login" role="dialog" aria-modal="true" style="position:fixed;inset:0;background:#fff;padding:4rem"><h2>Welcome back</h2><p>Log in or sign up to get smarter responses.</p><button type="button">Log in</button><a href="#" data-testid="dismiss-welcome">Stay logged out</a></div>`;
const COOKIE_DIALOG = `<div role="dialog" id="stage-cookies" style="position:fixed;inset:0;background:#fff;padding:4rem"><h2>We use cookies</h2><p>We use cookies and similar technologies.</p><button type="button" data-testid="reject-non-essential">Reject non-essential</button><button type="button">Accept all</button></div>`;
const ALERT = (text: string): string =>
  `<div role="alert"><p>${text}</p><button type="button">Try again</button></div>`;
const ANSWER_TURN =
  '[data-conversation-transcript] > [data-message-role="assistant"], #thread > [data-turn="assistant"]';
const LIMIT_DIALOG = `<dialog id="no-auth-soft-rate-limit-dialog" open style="position:fixed;inset:0"><h2>You’ve reached our limit of messages</h2><p>Log in to continue, or try again later.</p></dialog>`;

const asked = (html: string): Partial<PlayScript> => ({
  whenRefused: [
    { do: 'remove', at: ANSWER_TURN },
    { do: 'append', at: 'body', html },
  ],
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
  slow: played('the answer takes four seconds to be written', citations, FULL, { pace: { totalMs: 4_000 } }),
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
};

/** chatgpt.com, both apps, played from fixtures/chatgpt. */
export const chatgptStage: SurfaceStage = {
  surface: 'chatgpt',
  hosts: ['chatgpt.com', 'ws.chatgpt.com'],
  plain: 'signed-in',
  scenes,
};
