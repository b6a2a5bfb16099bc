import type { Envelope } from '../contract/envelope.ts';
import type { JobStatus } from '../contract/job-view.ts';
import type { SurfaceName } from '../contract/surface-name.ts';

/** Where a capture runs: a country code, or more exactly. */
export type RegionAsked = string | { country: string; city?: string; language?: string };

/** Body of `POST /v1/search`. */
export interface SearchAsked {
  query: string;
  surfaces: SurfaceName[];
  /** Omitted: one untargeted capture per surface. */
  regions?: RegionAsked[];
  method?: 'auto' | 'own-fleet';
  /** 1 to 10; 5 by default. */
  priority?: number;
  /** Captures of each surface in each region; 1 by default. */
  replicates?: number;
  /** Signed POSTs instead of polling; only for `submit`. */
  webhook?: { url: string; secret?: string };
  /** Makes a repetition of the whole call safe; one is made where there is none, for the repetitions of this client. */
  idempotencyKey?: string;
}

/** 202 of a submit. */
export interface Accepted {
  jobId: string;
  status: JobStatus;
  children: string[];
}

/** 200 of a sync search. */
export interface SearchResult {
  jobId: string;
  status: JobStatus;
  children: Envelope[];
}

/** Body of `POST /api/v1/async-analysis`. */
export interface AnalysisAsked {
  /** 1 to 5 000 characters. */
  prompt: string;
  /** Captures per provider and location. */
  replicates: number;
  providers: SurfaceName[];
  /** ISO 3166-1 alpha-2 codes. */
  locations: string[];
  webhook?: { url: string; secret?: string };
}

/** What both answers about an analysis tell of what was asked. */
interface AnalysisRequested {
  analysisId: string;
  prompt: string;
  replicates: number;
  providers: SurfaceName[];
  locations: string[];
  createdAt: string;
}

/** 202 of an analysis. */
export interface AnalysisAccepted extends AnalysisRequested {
  status: 'queued';
  captures: number;
  creditsReserved: number;
}

export type AnalysisStatus = 'running' | 'completed' | 'failed';

/** 95 %. */
export interface Interval {
  low: number;
  high: number;
}

/** In how many of n captures something appears. */
export interface Appearance {
  k: number;
  n: number;
  rate: number | null;
  ci95: Interval | null;
}

/** A number with numerator, denominator, both intervals and what was left out. */
export interface Figure {
  k: number | null;
  n: number;
  value: number | null;
  ciThese: Interval | null;
  ciCategory: Interval | null;
  excluded: Record<string, number>;
  method: string;
  reason: string | null;
}

/** Of the account's own brand; null where it has none. */
export interface AnalysisBrand {
  coverage: Figure;
  shareOfVoice: Figure;
  citationPresence: Figure;
  averagePosition: number | null;
  positions: { n: number; median: number | null; distribution: number[]; later: number; fromLists: number };
  sentiment: null;
}

export interface AnalysisRun {
  replicate: number;
  jobId: string;
  status: string;
  outcome: string | null;
  text: string;
  citations: {
    url: string | null;
    title: string | null;
    domain: string | null;
    position: number | null;
    cited: boolean;
  }[];
  brandMentioned: boolean | null;
  /** The Envelope, unless `includeRaw` is false. */
  raw?: Envelope;
}

/** One provider in one location. */
export interface AnalysisPair {
  provider: SurfaceName;
  location: string;
  replicates: { asked: number; answered: number; excluded: Record<string, number> };
  runs: AnalysisRun[];
  stability: {
    domains: (Appearance & { domain: string })[];
    answers: (Appearance & { text: string })[];
    meanJaccardDistance: { domains: number | null; ci95: Interval | null; words: number | null };
  };
  summary: AnalysisBrand | null;
}

export interface Analysis extends AnalysisRequested {
  status: AnalysisStatus;
  completedAt: string | null;
  credits: { reserved: number; settled: number; released: number };
  progress: { total: number; completed: number; failed: number };
  /** Null while it runs, as are summary and methodology. */
  results: AnalysisPair[] | null;
  summary: {
    asked: number;
    answered: number;
    excluded: Record<string, number>;
    domains: {
      domain: string;
      k: number;
      n: number;
      rate: number | null;
      ciThese: Interval | null;
      ciCategory: Interval | null;
    }[];
    brand: AnalysisBrand | null;
  } | null;
  methodology: Record<string, unknown> | null;
}
