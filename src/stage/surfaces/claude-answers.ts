import { deafAtFirst, lazily } from '../player.ts';
import type { Scene, SceneExpectation } from '../scene.ts';
import { scrambledPlay } from '../scramble.ts';
import { beforeHydration, chatPlay } from './claude-plays.ts';
import { played, toolPause } from './claude-scene.ts';

const FULL: SceneExpectation = {
  outcome: 'answered',
  minWords: 80,
  minSources: 7,
  minCited: 5,
  fanOut: 2,
  attempts: 1,
  loginState: 'signed_in',
  model: 'Sonnet 5',
};

/** The chat that most scenes are made of. */
export const sourced = lazily(() => chatPlay('sourced', 'september-2026'));
const japanese = lazily(() => chatPlay('japanese-astral', 'early-2026'));
/** It, played as it is. */
export const plain = played('signed-in chat: two searches, citations with exact ranges', sourced, FULL, {
  script: {
    clicks: [
      {
        at: '[data-testid="tool-status-pill"][aria-expanded="false"]',
        changes: [
          { do: 'set', at: '[data-testid="tool-status-pill"]', name: 'aria-expanded', value: 'true' },
          {
            do: 'fill',
            at: '[data-cds="Collapsible"]',
            html: '<div><a href="https://compare.example/ten-crms" target="_blank"><div>Ten CRMs compared</div><div>Compare</div></a></div>',
          },
        ],
      },
    ],
  },
});

/** Scenes in which Claude answers. */
export const answers: Readonly<Record<string, Scene>> = {
  sourced: plain,
  'tool-pause': played(
    'a first note, then a tool that says nothing for 4 s, then the answer',
    sourced,
    FULL,
    { answer: toolPause(4_000) },
  ),
  'early-2026': played(
    'page of early 2026: folded tool steps, chips, a composer that hydrates late; Japanese',
    () => beforeHydration(japanese(), 1_200),
    { outcome: 'answered', minWords: 10, minSources: 3, minCited: 3, fanOut: 1, model: 'Opus 4.5' },
  ),
  'deaf-composer': played(
    'the composer takes text 1.5 s before it listens: what is sent meanwhile goes nowhere',
    lazily(() => deafAtFirst(sourced(), 1_500)),
    FULL,
  ),
  german: played(
    'a German answer with a table, near the usage limit',
    lazily(() => chatPlay('german-table', 'september-2026')),
    { outcome: 'answered', minWords: 30, minSources: 4, minCited: 3, fanOut: 2 },
  ),
  arabic: played(
    'an Arabic answer',
    lazily(() => chatPlay('arabic', 'september-2026')),
    { outcome: 'answered', minWords: 20, minSources: 2, minCited: 2, fanOut: 1 },
  ),
  'no-search': played(
    'code and formulas, nothing searched',
    lazily(() => chatPlay('code-no-sources', 'september-2026')),
    { outcome: 'answered', minWords: 30, fanOut: 0, model: 'Opus 5' },
  ),
  scrambled: played('every class name renamed', () => scrambledPlay(sourced()), FULL),
  'scrambled-early': played('page of early 2026, every class name renamed', () => scrambledPlay(japanese()), {
    outcome: 'answered',
    minWords: 10,
    minSources: 3,
    minCited: 3,
    fanOut: 1,
  }),
  consent: played('a cookie banner to decline, then the answer', sourced, FULL, {
    entry: [
      {
        do: 'append',
        at: 'main',
        html: '<div data-testid="consent-banner" role="region"><p>We use cookies.</p><button type="button" data-testid="consent-reject">Reject all cookies</button><button type="button" data-testid="consent-accept">Accept all cookies</button></div>',
      },
    ],
    script: {
      clicks: [
        {
          at: '[data-testid="consent-reject"]',
          changes: [{ do: 'remove', at: '[data-testid="consent-banner"]' }],
        },
      ],
    },
  }),
  dialog: played('a dialog about a new feature to close, then the answer', sourced, FULL, {
    entry: [
      {
        do: 'append',
        at: 'main',
        html: '<div role="dialog" aria-modal="true" id="stage-dialog" style="position: fixed; inset: 10%; background: #fff; padding: 24px"><h3>Meet the new composer</h3><button type="button" aria-label="Close">×</button></div>',
      },
    ],
    script: {
      clicks: [{ at: '#stage-dialog button', changes: [{ do: 'remove', at: '#stage-dialog' }] }],
    },
  }),
};
