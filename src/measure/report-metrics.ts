import type { SurfaceName } from '../contract/surface-name.ts';
import type { Figure } from './figure.ts';
import type { Methodology } from './methodology.ts';
import type { Prompt } from './observation.ts';

/** Raised with every change that can change a figure or an observation: what an older version read is read again. */
export const METRICS_VERSION = 'measure/2';

/** Whether enough came back: below 95 % completeness bounds are given, below 80 % nothing may be claimed. */
export type Quality = 'ok' | 'bounded' | 'insufficient';

/** A presence on one surface or in one region. */
export interface PresenceSlice {
  slice: string;
  presence: Figure;
  /** As presence, where no answer shown counts as absent. */
  presencePerQuery: Figure;
  citationPresence: Figure;
  /** Presence if all missing captures had missed it, or had all shown it; null from 95 % completeness on. */
  bounds: { worst: number; best: number } | null;
  quality: Quality;
}

/** Counts over the eligible observations; they sum to `n`. */
export interface FourOutcomes {
  mentionedAndCited: number;
  mentionedOnly: number;
  citedOnly: number;
  neither: number;
  n: number;
}

/** Over observations with a mention only. */
export interface Positions {
  n: number;
  median: number | null;
  /** How often each place, first to tenth; `later` beyond. */
  distribution: readonly number[];
  later: number;
  /** How many of them are places in a list; the others are the order of first mention among brands. */
  fromLists: number;
}

export interface BrandMetrics {
  brandId: string;
  name: string;
  own: boolean;
  /** Mean of the surfaces' figures, not pooled: surfaces have unequal n. */
  presence: Figure;
  presencePerQuery: Figure;
  citationPresence: Figure;
  sovPresence: Figure;
  sovMentions: Figure;
  outcomes: FourOutcomes;
  positions: Positions;
  /** Mean of 1 − start / length over observations with a mention. */
  prominence: Figure;
  wordShare: Figure;
  /** Countable facts of a recommendation, over observations with a mention. */
  recommendation: { firstInList: Figure; inHeading: Figure; inTable: Figure; productCard: Figure };
  bySurface: PresenceSlice[];
  byRegion: PresenceSlice[];
  /** Homographs that nothing supported, and presence if they all counted. */
  ambiguous: { observations: number; presenceIfCounted: number | null };
  /** Mentions by term, most frequent first; `controlHits`: in the neutral control answers. */
  terms: { termId: string; text: string; mentions: number; controlHits: number; flagged: boolean }[];
  /** Sentences that name the brand, verbatim, at most ten of different observations. */
  quotes: { observationId: string; text: string }[];
  factCheck: FactCheck[];
}

/** Sentences about a declared fact, counted. */
export interface FactCheck {
  fact: 'founded_year' | 'headquarters' | 'price';
  declared: string;
  agrees: number;
  contradicts: number;
  examples: { observationId: string; text: string; verdict: 'agrees' | 'contradicts' }[];
}

export interface CitationShare {
  /** Registrable domain or canonical URL. */
  key: string;
  brandId: string | null;
  /** Every observation weighs the same: the headline. */
  weighted: Figure;
  /** Cited entries of the key ÷ all cited entries. */
  occurrences: Figure;
  /** In how many observations it is cited. */
  observations: number;
}

export interface SurfaceSample {
  surface: SurfaceName;
  asked: number;
  /** Observations that count for presence. */
  eligible: number;
  byOutcome: Readonly<Record<string, number>>;
  /** Captures that saw what the surface shows ÷ asked. */
  completeness: number;
  /** Answer shown ÷ captures that could tell. */
  trigger: Figure;
  refusal: Figure;
  quality: Quality;
}

/** Cited-domain sets of the replicates of one cell. */
export interface Stability {
  /** Mean of 1 − Jaccard over pairs of replicates of the same cell. */
  withinDistance: Figure;
  pairs: number;
  /** Pairs in which both cite nothing: undefined, left out. */
  undefinedPairs: number;
  /** 95th percentile of the difference of two random halves of the replicates, ÷ √2, for the own brand's presence. */
  noiseFloor: number | null;
  /** Intra-class correlation of presence, of the own brand. */
  icc: number | null;
}

/** One cell of the grid prompt × surface, for one brand. */
export interface GridCell {
  promptId: string;
  surface: SurfaceName;
  brandId: string;
  k: number;
  n: number;
  cited: number;
}

/** A name seen in answers that no brand of the book has: suggested, never counted. */
export interface CompetitorSuggestion {
  name: string;
  domain: string | null;
  /** The brand of the book to whose site links of this name lead: perhaps another name of it. */
  aliasOf?: string;
  prompts: number;
  surfaces: number;
  captures: number;
  from: string[];
}

/** Everything a report says; a pure function of observations, prompts, brand book and seed. */
export interface ReportMetrics {
  version: typeof METRICS_VERSION;
  brandBookHash: string;
  /** SHA-256 of the canonical JSON of all observations, in their order of id. */
  inputHash: string;
  prompts: Prompt[];
  asked: number;
  eligible: number;
  completeness: number;
  quality: Quality;
  /** Set when no capture counted at all. */
  failureReason: string | null;
  surfaces: SurfaceSample[];
  brands: BrandMetrics[];
  domains: CitationShare[];
  urls: CitationShare[];
  stability: Stability;
  grid: GridCell[];
  suggestions: CompetitorSuggestion[];
  methodology: Methodology;
  warnings: string[];
}
