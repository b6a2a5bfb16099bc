import type { SurfaceName } from '../contract/surface-name.ts';
import type { ObservedOutcome } from '../measure/observation.ts';

/** A capture of the method page's report. */
export interface ExampleCapture {
  prompt: 1 | 2 | 3;
  surface: SurfaceName;
  replicate: 1 | 2;
  outcome: ObservedOutcome;
  /** Brands in order of their mentions: a is Aurora, the own brand, b is Borealis. */
  names: readonly ('a' | 'b')[];
  /** Where the first mention begins, of 100 characters. */
  first: number;
  /** Place in a list of all mentions. */
  rank: number | null;
  /** Domains cited, without `.com`; a.com is Aurora's. */
  cites: readonly string[];
}

const G = 'google_ai_overview';
const NOTHING = { names: [], first: 0, rank: null, cites: [] } as const;

/** 3 prompts × 2 surfaces × 2 replicates: small enough to reckon by hand. */
export const EXAMPLE_CAPTURES: readonly ExampleCapture[] = [
  seen(1, 'chatgpt', 1, { names: ['a', 'b', 'a'], cites: ['a', 'x'] }),
  seen(1, 'chatgpt', 2, { names: ['a'] }),
  seen(2, 'chatgpt', 1, { names: ['b'], cites: ['a'] }),
  seen(2, 'chatgpt', 2, { names: ['b'] }),
  seen(3, 'chatgpt', 1, { outcome: 'challenge' }),
  seen(3, 'chatgpt', 2, { names: ['a'] }),
  seen(1, G, 1, { names: ['a'], first: 40, rank: 2, cites: ['x', 'y', 'z'] }),
  seen(1, G, 2, {}),
  seen(2, G, 1, { outcome: 'absent' }),
  seen(2, G, 2, {}),
  seen(3, G, 1, {}),
  seen(3, G, 2, { outcome: 'answered_partially' }),
];

function seen(
  prompt: ExampleCapture['prompt'],
  surface: SurfaceName,
  replicate: ExampleCapture['replicate'],
  rest: Partial<ExampleCapture>,
): ExampleCapture {
  return { ...NOTHING, outcome: 'answered', prompt, surface, replicate, ...rest };
}

/** A number reckoned by hand: the steps, and the result to four digits. A test compares it with the code's. */
export interface Worked {
  steps: string;
  result: string;
}

/** Each formula of the measures reckoned for `EXAMPLE_CAPTURES`, own brand Aurora. */
export const WORKED = {
  presenceChatgpt: {
    steps:
      'ChatGPT: prompt 1 names Aurora in 2 of 2, prompt 2 in 0 of 2, prompt 3 in 1 of 1 (its challenge is missing): (1 + 0 + 1) / 3',
    result: '0.6667',
  },
  presenceOverview: {
    steps:
      'AI Overviews: 1 of 2, 0 of 1 (no overview is left out), 0 of 1 (truncated without a mention is left out): (0.5 + 0 + 0) / 3',
    result: '0.1667',
  },
  presence: {
    steps: 'Mean of the surfaces: (0.6667 + 0.1667) / 2; 4 of 9 answers name Aurora',
    result: '0.4167',
  },
  presencePerQuery: {
    steps:
      'The missing overview counts as a miss: AI Overviews still 0.1667 (0 of 2 for prompt 2), so the mean is the same',
    result: '0.4167',
  },
  citationPresence: {
    steps:
      'Whole answers citing a.com: ChatGPT (1/2 + 1/2 + 0/1) / 3 = 0.3333, AI Overviews 0; mean of surfaces',
    result: '0.1667',
  },
  sovPresence: { steps: '4 answers name Aurora, 3 Borealis: 4 / 7', result: '0.5714' },
  sovMentions: { steps: '5 mentions of Aurora, 3 of Borealis: 5 / 8', result: '0.6250' },
  citationWeighted: {
    steps: 'Three answers cite: a.com has 1 of 2, 1 of 1 and 0 of 3 of their sources: (0.5 + 1 + 0) / 3',
    result: '0.5000',
  },
  citationOccurrences: { steps: '2 of the 6 cited entries are a.com', result: '0.3333' },
  prominence: {
    steps:
      'Prompt 1: first mentions at 0, 0 and 40 of 100: (1 + 1 + 0.6) / 3 = 0.8667; prompt 3: 1; mean of the prompts',
    result: '0.9333',
  },
  volatility: {
    steps:
      'Three pairs of replicates cite anything: {a, x}, {a} and {x, y, z}, each against {}: all wholly different',
    result: '1.0000',
  },
  noiseFloor: {
    steps:
      'Cells with two answers that count: (1,1), (0,0), (1,0). Every halving differs by 0, 0 and ±1: |±1| / 3 × √½',
    result: '0.2357',
  },
  correlation: {
    steps:
      'ChatGPT: shares 1, 0, 1 never differ inside a prompt, so ρ̂ = 1; prompts with a hit 2, with a miss 1, so w = 1 / (1 + 5); ρ = 1/6 × 1 + 5/6 × 0.6',
    result: '0.6667',
  },
  designEffect: { steps: '5 runs of 3 prompts, so m = 5/3: 1 + (5/3 − 1) × 0.6667', result: '1.4444' },
  categoryLow: {
    steps: 'n_eff = 5 / 1.4444 = 3.4615; Wilson of 0.6667 with z = t(2 df) = 4.3027, lower end',
    result: '0.0714',
  },
  categoryHigh: { steps: 'the same, upper end', result: '0.9812' },
  theseLow: {
    steps:
      'q = 2.5/3, 0.5/3, 1.5/2; v = (0.1389/2 + 0.1389/2 + 0.1875/1) / 9 = 0.0363; r = 9 / (1/2 + 1/2 + 1) = 4.5; n₂ = 0.2222 / 0.0363 = 6.1277 (between 4.5 and 13.5); Wilson of 0.6667 with z = 1.96, lower end',
    result: '0.3029',
  },
  theseHigh: { steps: 'the same, upper end', result: '0.9020' },
  meanTheseLow: {
    steps:
      'AI Overviews: p̂ = 0.1667 from 0.0205 to 0.6570 for these prompts; all surfaces, lower end: 0.4167 − √((0.6667 − 0.3029)² + (0.1667 − 0.0205)²) / 2',
    result: '0.2206',
  },
  meanTheseHigh: {
    steps: 'upper end: 0.4167 + √((0.9020 − 0.6667)² + (0.6570 − 0.1667)²) / 2',
    result: '0.6886',
  },
  meanCategoryLow: {
    steps:
      'For questions like these from 0.0714 to 0.9812 and from 0.0049 to 0.8910; ρ = 0.6667 with m = 5/3 and 0.5 with m = 4/3, so 0.7692 and 0.5714 is owed to prompts, all three in common: r = √(0.7692 × 0.5714) = 0.6630; 0.4167 − √(0.5953² + 0.1618² + 2 × 0.6630 × 0.5953 × 0.1618) / 2',
    result: '0.0602',
  },
  meanCategoryHigh: { steps: 'the same with 0.3145 and 0.7243', result: '0.8977' },
  completeness: { steps: '11 of 12 captures saw what their surface shows', result: '0.9167' },
  worst: { steps: 'ChatGPT, the missing capture a miss: 3 / 6', result: '0.5000' },
  best: { steps: 'ChatGPT, the missing capture a hit: 4 / 6', result: '0.6667' },
} as const satisfies Record<string, Worked>;

/** ChatGPT of the example, looked at. */
export const WORKED_LOOK: Worked = {
  steps:
    'ChatGPT above: p̂ = 0.6667, n₂ = 6.1277 as for these prompts; half of Wilson’s interval with z = 2.576: 2.576 ÷ (1 + 6.6358/6.1277) × √(0.2222/6.1277 + 6.6358/(4 × 6.1277²))',
  result: '0.3508',
};

/** Four outcomes of whole answers: both, mentioned only, cited only, neither. */
export const WORKED_OUTCOMES = [1, 3, 1, 4] as const;
