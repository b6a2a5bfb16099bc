import { lazily } from '../player.ts';
import type { Scene, SceneExpectation, SurfaceStage } from '../scene.ts';
import {
  busyLoop,
  connectionReset,
  endlessStream,
  failingFirst,
  hangingPage,
  hugePage,
  serverError,
  storm,
} from '../traps.ts';
import { answers, plain, sourced } from './claude-answers.ts';
import { chatPlay, ENDPOINT, limitBanner } from './claude-plays.ts';
import { played, still, withFrames } from './claude-scene.ts';

const CUT: SceneExpectation = { outcome: 'answered_partially', minWords: 5, warnings: ['answer_truncated'] };

const broken: Readonly<Record<string, Scene>> = {
  cut: played('the stream breaks, the page looks finished', sourced, CUT, {
    pace: { end: 'cut', stopAt: 0.9 },
  }),
  hang: played('the stream stops inside the answer and never ends', sourced, CUT, {
    pace: { end: 'hang', stopAt: 0.9 },
  }),
  'only-notes': played(
    'a first note, then a tool that never answers',
    sourced,
    { outcome: 'timeout' },
    {
      pace: { end: 'hang', stopAt: 0.12 },
    },
  ),
  silent: played(
    'asked, and nothing ever comes',
    sourced,
    { outcome: 'timeout' },
    {
      answer: (reply) => reply.hang(),
    },
  ),
  'max-tokens': played(
    'the answer ends at its length limit',
    lazily(() => chatPlay('max-tokens', 'september-2026')),
    CUT,
  ),
  refusal: played(
    'Claude ends the turn for safety',
    lazily(() => chatPlay('refusal', 'september-2026')),
    {
      outcome: 'declined',
      warnings: ['surface_declined'],
    },
  ),
  overloaded: played(
    'the stream carries an error instead of an answer',
    sourced,
    { outcome: 'surface_error' },
    {
      answer: withFrames('overloaded'),
      script: {
        whenDone: [
          { do: 'fill', at: '#thread', html: '' },
          { do: 'remove', at: '#stage-busy' },
          { do: 'remove', at: '[data-testid="chat-input-stop"]' },
        ],
      },
    },
  ),
  unread: played(
    'an answer in markup nobody knows, and a wire nobody knows',
    sourced,
    { outcome: 'extraction_empty' },
    {
      script: {
        frames: ['\u0001\u0002\u0003'],
        contentType: 'application/octet-stream',
        growth: {
          containerSelector: '[data-testid="assistant-message"] > div:first-of-type',
          steps: ['<x-answer><x-line>An answer stands here.</x-line></x-answer>'],
        },
      },
    },
  ),
  'endless-stream': endlessStream(
    plain,
    {
      matches: ({ path }) => path === ENDPOINT,
      contentType: 'text/event-stream; charset=utf-8',
      opening:
        'event: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":"","citations":[]}}\n\n',
      frame:
        'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"and so on "}}\n\n',
    },
    { outcome: 'answered_partially', warnings: ['answer_truncated'] },
  ),
};

const walls: Readonly<Record<string, Scene>> = {
  login_wall: still(
    'login-wall',
    'no session: the site leads to its sign-in page',
    { outcome: 'login_wall' },
    {
      at: '/login?from=logout&reauth=1&returnTo=%2Fnew',
    },
  ),
  challenge: still(
    'challenge',
    'a human check before the page',
    { outcome: 'challenge' },
    {
      status: 403,
      headers: { 'cf-mitigated': 'challenge' },
    },
  ),
  throttled: played(
    'the send is refused: allowance used up',
    sourced,
    { outcome: 'throttled' },
    {
      answer: withFrames('usage-limit'),
      script: {
        whenRefused: [
          { do: 'fill', at: '#thread', html: '' },
          { do: 'remove', at: '[data-testid="chat-input-stop"]' },
          {
            do: 'append',
            at: '[data-chat-input-container]',
            html: `<div data-cds="ChatComposerNotices">${limitBanner()}</div>`,
          },
        ],
      },
    },
  ),
  'limit-notice': still('limit-notice', 'the page says that the allowance is used up', {
    outcome: 'throttled',
  }),
  region: still(
    'region-unavailable',
    'not offered in this country',
    { outcome: 'declined' },
    {
      at: '/app-unavailable-in-region',
    },
  ),
};

const traps: Readonly<Record<string, Scene>> = {
  'server-error': serverError(503),
  reset: connectionReset(),
  'hanging-page': hangingPage(),
  'fails-once': failingFirst(serverError(), plain),
  'huge-page': hugePage(plain),
  storm: storm(plain),
  'busy-loop': busyLoop(plain, { outcome: 'timeout' }),
};

/** claude.ai, played from our own fixtures as the signed-in app; `login_wall` is what a visitor without session gets. */
export const claudeStage: SurfaceStage = {
  surface: 'claude',
  hosts: ['claude.ai'],
  plain: 'sourced',
  scenes: { ...answers, ...broken, ...walls, ...traps },
};
