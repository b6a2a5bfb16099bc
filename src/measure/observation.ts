import type { Outcome } from '../contract/outcome.ts';
import type { SurfaceName } from '../contract/surface-name.ts';

/**
 * How a term stands in an answer. `mention` counts; `ambiguous`: a homograph that nothing supports; `echo`: inside the
 * question repeated at the start of the answer; `url_only`: inside a URL, code or an image's text.
 */
export type MentionKind = 'mention' | 'ambiguous' | 'echo' | 'url_only';

/** A brand's term found in an answer. */
export interface SeenMention {
  brandId: string;
  termId: string;
  /** Half-open UTF-16 offsets into `answer.text`. */
  start: number;
  end: number;
  kind: MentionKind;
  /** The block it stands in, where the answer has blocks. */
  where: 'paragraph' | 'heading' | 'list' | 'table' | 'other';
  /** 1-based place of its item in a list of three or more items; null elsewhere. */
  listRank: number | null;
}

/** A source of an answer, once per canonical URL. */
export interface SeenSource {
  sourceId: number;
  url: string | null;
  /** Registrable domain, lower case; null when only an opaque redirect is known. */
  domain: string | null;
  cited: boolean;
  position: number | null;
  /** The brand whose domain it is. */
  brandId: string | null;
}

/** A sentence of the answer that names a brand, verbatim. */
export interface BrandSentence {
  brandId: string;
  start: number;
  end: number;
  text: string;
}

/** Where the proof of a capture lies: keys of the artifact store with their hashes; null where there is none. */
export interface ProofRef {
  rawKey: string | null;
  rawSha256: string | null;
  screenshotKey: string | null;
  screenshotSha256: string | null;
}

/** How a child ended: an outcome, or without a capture. */
export type ObservedOutcome = Outcome | 'canceled' | 'expired' | 'pending';

/**
 * One child of a report and what its Envelope says about the brands: the hinge between captures and figures. A pure
 * function of Envelope and brand book, so an alias correction rebuilds it without a new capture.
 */
export interface Observation {
  /** Child id. */
  id: string;
  promptId: string;
  surface: SurfaceName;
  /** Region key asked for, or GLOBAL. */
  region: string;
  replicate: number;
  outcome: ObservedOutcome;
  capturedAt: string | null;
  /** False when the page or egress proved another region than the one asked for. */
  regionHonoured: boolean;
  loginState: 'anonymous' | 'signed_in' | 'unknown';
  adapter: string;
  modelLabel: string | null;
  /** UTF-16 length of the answer's text. */
  textLength: number;
  mentions: SeenMention[];
  sources: SeenSource[];
  /** Position-weighted words of the sentences that carry a brand's citations, and of all sentences (C.3 word share). */
  words: { total: number; byBrand: Readonly<Record<string, number>> };
  sentences: BrandSentence[];
  /** Brands with a product card. */
  productCards: string[];
  proof: ProofRef;
}

/** What a question is after. */
export const INTENTS = ['category', 'comparison', 'branded', 'buying', 'informational'] as const;

/** A question of a report. */
export interface Prompt {
  id: string;
  text: string;
  category: string | null;
  intent: (typeof INTENTS)[number] | null;
  origin: 'user' | 'template' | 'llm';
}
