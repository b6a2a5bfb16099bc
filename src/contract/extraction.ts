import type { Ad, HealthField, Mention, Related, Result, ShoppingItem } from './envelope.ts';
import type { Outcome } from './outcome.ts';

/** A source as one witness shows it, before ids and ranges are given. */
export interface DraftSource {
  /** What citations and witnesses know it by; two drafts with one key are one source. Usually the canonical URL. */
  key: string;
  url: string | null;
  wrappedUrl?: string;
  title: string | null;
  publisher: string | null;
  snippet: string | null;
  /** ISO 8601 date or date-time, or the text shown where it is relative. */
  publishedAt: string | null;
  /** Only where the URL cannot tell it (opaque redirects). */
  domain?: string | null;
  position: number | null;
  providerRef: string | null;
}

/**
 * One place in the answer that names sources. Its mark stands in `Reading.markdown` (`extract/marks.ts`): a
 * point mark means "what precedes, back to the last citation or the start of the block"; an open and a close
 * mark delimit the exact span.
 */
export interface DraftCitation {
  sourceKeys: string[];
  basis: 'exact' | 'sentence' | 'block';
}

export interface DraftMention {
  text: string;
  category: string | null;
}

/** What one witness, the DOM or the transcript, says. `null` in a field: this witness cannot tell. */
export interface Reading {
  /** False when the witness shows an answer that was cut. */
  complete: boolean;
  /** The answer as markdown, citation marks inside (`extract/marks.ts`); empty when there is none. */
  markdown: string;
  /** `citations[i]` belongs to mark `i`. */
  citations: DraftCitation[];
  /** False when this witness cannot tell which sources are cited (a stream without positions); default true. */
  tellsCitations?: boolean;
  /** In the surface's own order: cited ones and merely retrieved ones. */
  sources: DraftSource[];
  fanOut: { provenance: 'observed' | 'inferred'; queries: string[] } | null;
  mentions: DraftMention[] | null;
  shopping: ShoppingItem[] | null;
  ads: Ad[] | null;
  results: Result[] | null;
  related: Related[] | null;
  model: { label: string; providerId: string | null } | null;
  webSearch: boolean | null;
  /** Cards, images and the like that markdown cannot carry, appended to the blocks in order. */
  cards: { type: 'image' | 'video' | 'product' | 'other'; text: string; url?: string }[];
}

/** What `Surface.extract` concludes from a record; `assemble` turns it into the Envelope's body. */
export interface Extraction {
  outcome: Outcome;
  /** What proved the outcome. */
  marks: string[];
  warnings: string[];
  dom: Reading | null;
  transcript: Reading | null;
  /** Which witness wins where both speak; default transcript. */
  prefer?: 'dom' | 'transcript';
  /** Fields this surface (or this variant of it) never shows. */
  neverShown: HealthField[];
  /** Fields that must be there for this page; when they are not, health says `missing`. */
  expected: HealthField[];
  loginState?: 'anonymous' | 'signed_in' | 'unknown';
  region?: { effective: string | null; basis: 'observed' | 'egress' | 'locale' | 'none' };
}

export type { Mention };
