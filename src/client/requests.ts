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

/** 202 of an analysis. */
export interface AnalysisAccepted {
  analysisId: string;
  status: AnalysisStatus;
  captures: number;
  creditsReserved: number;
}

export type AnalysisStatus = 'running' | 'completed' | 'failed';

/** In how many of n captures something appears, with Wilson's 95 % interval. */
export interface Appearance {
  count: number;
  n: number;
  share: number;
  interval: { low: number; high: number };
}

/** One provider in one location. */
export interface AnalysisPair {
  provider: SurfaceName;
  location: string;
  n: number;
  answered: Appearance;
  domains: (Appearance & { domain: string })[];
  answers: (Appearance & { text: string })[];
  meanJaccardDistance: { domains: number | null; words: number | null };
  captures: { id: string; status: string; outcome: string | null }[];
  /** The Envelopes, unless `includeRaw` is false. */
  raw?: Envelope[];
}

export interface Analysis {
  analysisId: string;
  status: AnalysisStatus;
  prompt: string;
  replicates: number;
  providers: SurfaceName[];
  locations: string[];
  createdAt: string;
  completedAt: string | null;
  credits: { reserved: number; charged: number };
  progress: { captures: number; ended: number };
  /** Null while it runs. */
  results: AnalysisPair[] | null;
}
