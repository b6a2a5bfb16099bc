import { WORKED, WORKED_LOOK, type Worked } from './method-example.ts';

/** A formula of the method page with what it is reckoned like in the example. */
export interface Formula {
  id: string;
  title: string;
  /** Plain text and Unicode mathematics. */
  formula: string;
  why: string;
  worked: readonly Worked[];
}

export const FORMULAS: readonly Formula[] = [
  {
    id: 'presence',
    title: 'Presence (presence/1)',
    formula:
      'p̂ = mean over prompts of (answers naming the brand ÷ answers that count); over all: mean of the surfaces',
    why: 'Surfaces answer unequally often; pooled, the one that answers most would decide. A mention in a truncated answer counts, its absence does not.',
    worked: [WORKED.presenceChatgpt, WORKED.presenceOverview, WORKED.presence],
  },
  {
    id: 'presence-per-query',
    title: 'Presence per query (presence_per_query/1)',
    formula: 'as presence, with “no answer shown” counted as a miss',
    why: 'What a person who asks sees, while presence says what a person who gets an answer sees.',
    worked: [WORKED.presencePerQuery],
  },
  {
    id: 'citation-presence',
    title: 'Citation presence (citation_presence/1)',
    formula: 'as presence, over whole answers, of answers that cite a page of the brand',
    why: 'An answer without sources counts as not citing; a truncated one may have lost its sources and is left out.',
    worked: [WORKED.citationPresence],
  },
  {
    id: 'share-of-voice',
    title: 'Share of voice (sov_presence/1, sov_mentions/1)',
    formula:
      'Σₒ mₒ(b) ÷ Σ over brands Σₒ mₒ(b′), with m = 1 for an answer that names the brand, or the number of mentions',
    why: 'Two formulas, both named, since long answers repeat names. Adding a competitor changes every share.',
    worked: [WORKED.sovPresence, WORKED.sovMentions],
  },
  {
    id: 'citation-share',
    title: 'Citation share (citation_share_weighted/1, citation_share/1)',
    formula:
      'mean over citing answers of (cited entries of d ÷ cited entries); or Σ cited entries of d ÷ Σ cited entries',
    why: 'Each answer weighs the same in the headline; in the other an answer with 30 links outweighs ten with 3. A canonical URL counts once per answer. The denominator is this report.',
    worked: [WORKED.citationWeighted, WORKED.citationOccurrences],
  },
  {
    id: 'prominence',
    title: 'Prominence (prominence/1)',
    formula:
      '1 − offset of the first mention ÷ length of the text; mean of the prompts’ means, over answers with a mention',
    why: 'Answers without a mention have no prominence; they are never averaged in as 0.',
    worked: [WORKED.prominence],
  },
  {
    id: 'word-share',
    title: 'Word share (word_share/1)',
    formula:
      'Σ words of sentences carrying the brand’s citations × e^(−i/N) ÷ the same over all sentences; i: index of the sentence, N: their number',
    why: 'After the position-adjusted word count of Aggarwal et al. (KDD 2024): early sentences are read more.',
    worked: [
      {
        steps:
          'An answer of two sentences, the first of 8 words with the brand’s citation, the second of 6 without: 8 × 1 ÷ (8 × 1 + 6 × 0.6065)',
        result: '0.6873',
      },
    ],
  },
  {
    id: 'volatility',
    title: 'Volatility (volatility_within/1, volatility_between/1) and drift',
    formula:
      '1 − |A ∩ B| ÷ |A ∪ B| of cited domains, mean over pairs of replicates of a cell; drift: the same over pairs across two periods − within, cell by cell, then the mean of a prompt’s cells; interval: Student’s t over prompts from 10 on and 20 pairs within',
    why: 'Only what exceeds the difference of replicates is change: a drift whose interval lies above 0. Two empty sets are undefined and left out, counted.',
    worked: [
      WORKED.volatility,
      { steps: '{a, x} against {a, y}: 1 − 1/3', result: '0.6667' },
      {
        steps:
          'Two replicates {a, x}, {a, y} before and the same after: across (0 + 2/3 + 2/3 + 0) / 4 = 1/3, within 2/3; drift',
        result: '-0.3333',
      },
    ],
  },
  {
    id: 'order',
    title: 'Order of sources (order_volatility_within/1, order_volatility_between/1)',
    formula:
      '1 − rank-biased overlap of the cited domains in their order, p = .9, extrapolated (Webber, Moffat and Zobel 2010); drift as above',
    why: 'The same domains in another order are another answer; the first places weigh most. Used in comparisons.',
    worked: [
      {
        steps:
          '{a, b} against {b, a}: overlaps 0 and 2: 1 − ((.1 ÷ .9) × (0/1 × .9 + 2/2 × .81) + 2/2 × .81)',
        result: '0.1000',
      },
    ],
  },
  {
    id: 'noise-floor',
    title: 'Noise floor',
    formula: '95th percentile of |x₁ − x₂| × √½ over 200 random halvings of every cell’s replicates',
    why: 'How far the same captures lie apart by chance; √½ brings halves back to the size of the whole. A smaller change is printed as within noise.',
    worked: [WORKED.noiseFloor],
  },
  {
    id: 'design-effect',
    title: 'Correlation of replicates and design effect',
    formula:
      'ρ̂ from one-way analysis of variance; ρ = w·ρ̂ + (1 − w)·0.6, w = inf ÷ (inf + 5), inf = the smaller of the numbers of prompts with a hit and with a miss; deff = 1 + (m − 1)ρ',
    why: 'Replicates of one prompt mostly agree, so they are not independent: plain Wilson over prompts × replicates covers 63–91 % instead of 95 %. While few prompts inform, strong agreement is assumed.',
    worked: [WORKED.correlation, WORKED.designEffect],
  },
  {
    id: 'category',
    title: 'Interval for questions like these (ciCategory)',
    formula: 'Wilson(p̂, n_eff = runs ÷ deff, z = t quantile .975 with K − 1 degrees of freedom)',
    why: 'For claims about a category: other prompts could have been chosen. One prompt says nothing about others: null.',
    worked: [WORKED.categoryLow, WORKED.categoryHigh],
  },
  {
    id: 'these',
    title: 'Interval for these prompts (ciThese)',
    formula:
      'Wilson(p̂, n₂, 1.96), n₂ = min(max(r, p̂(1 − p̂) ÷ v), r ÷ max(.05, 1 − ρ)), r = K² ÷ Σ 1 ÷ mᵢ (all runs where every prompt has as many), v = Σ qᵢ(1 − qᵢ) ÷ mᵢ ÷ K², qᵢ = (xᵢ + .5) ÷ (mᵢ + 1)',
    why: 'For before and after with the same prompts: only the runs vary. A prompt of which few runs came back weighs as much as any other, so it must not borrow the runs of the others: with all runs for r the interval covers 77 % where half of the prompts have one run and half have nine.',
    worked: [WORKED.theseLow, WORKED.theseHigh],
  },
  {
    id: 'mean-of-surfaces',
    title: 'Intervals of the mean of the surfaces',
    formula:
      'p̂ ± √(Σₛ Σₜ dₛ dₜ rₛₜ) ÷ S, with d the distance from a surface’s share to that end of its own interval; for these prompts r = 0 between surfaces; for questions like these r = √(gₛ gₜ) × prompts in common ÷ √(Kₛ Kₜ), g = ρm ÷ (1 + (m − 1)ρ)',
    why: 'A surface that seldom answers weighs as much as any other and so must not borrow the captures of the others: pooled, intervals cover 47 to 90 % where one surface answers one prompt in ten. For surfaces that answer alike it is the design effect over all their runs (Zou and Donner 2008).',
    worked: [WORKED.meanTheseLow, WORKED.meanTheseHigh, WORKED.meanCategoryLow, WORKED.meanCategoryHigh],
  },
  {
    id: 'bootstrap',
    title: 'Interval of ratios',
    formula:
      'percentiles 2.5 and 97.5 of the ratio over 2,000 resamples of prompts, seeded by the report; only from 20 prompts on',
    why: 'Below that it covers 33–81 % at five prompts: the value stands without an interval, reason too_few_prompts.',
    worked: [
      {
        steps:
          'One draw of share of voice by presence: prompts 1, 1 and 3 have 3, 3 and 1 of 4, 4 and 1 presences: 7 / 9',
        result: '0.7778',
      },
    ],
  },
  {
    id: 'compare',
    title: 'Two periods',
    formula:
      'pᵢ: mean over the cells (surface, region) of prompt i that count in both periods; dᵢ = pᵢ₂ − pᵢ₁; value: mean of dᵢ; interval: Student’s t over prompts from 10 on; p by flipping signs; several tests: Benjamini–Hochberg, q = .1',
    why: 'Prompts differ more from each other than periods do; paired, that cancels. A cell that counts in one period only is left out. Within noise: no larger than the noise floor of the noisier period.',
    worked: [
      {
        steps:
          'Prompt 1 is named in 1 of 2 and 0 of 2 before, in 2 of 2 and 1 of 2 after, on two surfaces: (1 + 0.5) / 2 − (0.5 + 0) / 2',
        result: '0.5000',
      },
      {
        steps:
          'Differences .1 .2 0 .3 .1 .2 .1 0 .2 .1 of ten prompts: mean .13, variance .081 / 9; half of the interval: t(9 df) = 2.2622 × √(.009 / 10)',
        result: '0.0679',
      },
      {
        steps: 'Two prompts, both up by 0.5: of the 4 sign patterns 2 are as far from 0: p = 2 / 4',
        result: '0.5000',
      },
    ],
  },
  {
    id: 'plan',
    title: 'What to expect before asking',
    formula:
      'half-width = t × √(p(1 − p)[ρ + (1 − ρ) ÷ m] ÷ K) for questions like these, 1.96 × √(p(1 − p)(1 − ρ) ÷ (mK)) for these prompts',
    why: 'For a fixed number of captures more prompts help a claim about a category; replicates buy knowledge of ρ and of single prompts.',
    worked: [
      { steps: '50 prompts × 3, p = 0.2, ρ = 0.6: 2.0096 × √(0.16 × 0.7333 / 50)', result: '0.0973' },
      { steps: 'for these prompts: 1.96 × √(0.16 × 0.4 / 150)', result: '0.0405' },
    ],
  },
  {
    id: 'sequential',
    title: 'Replicates until exact enough',
    formula:
      'looks at 3, 5, 8, 12 and 20 replicates and at no others; on each surface stop when half of the interval for these prompts, with z = 2.576, is at most what was wanted',
    why: 'Five looks share the error of 5 % evenly (Bonferroni), so that looking again does not make the interval too narrow. Never stopped because a difference is significant. Surfaces that are exact enough get no more replicates.',
    worked: [WORKED_LOOK],
  },
  {
    id: 'completeness',
    title: 'Completeness and bounds',
    formula:
      'captures that saw what the surface shows ÷ captures asked; worst and best: the presence with all missing captures of each prompt a miss, or a hit',
    why: 'Below 95 % bounds are given, below 80 % nothing may be claimed.',
    worked: [WORKED.completeness, WORKED.worst, WORKED.best],
  },
];
