import { z } from 'zod';
import { pageOutcomeSchema } from './page-outcome.ts';

/** `ssr`: one static fetch, what a crawler without JavaScript sees; `rendered`: that, and the DOM a browser made of it. */
export const EXTRACTION_MODES = ['ssr', 'rendered'] as const;

/** HTML kept of a page, in bytes; the rest of a larger one is cut and flagged. */
export const MAX_PAGE_BYTES = 10 * 1024 * 1024;

/** A text file beside the page: robots.txt, llms.txt. `text` is null when there is none. */
export const siteFileSchema = z.strictObject({
  url: z.string(),
  status: z.number().int().nullable(),
  text: z.string().nullable(),
});

/** Everything a page score may use, and nothing else; a score can be recomputed from it with a later model. */
export const pageRecordSchema = z.strictObject({
  record_version: z.literal(1),
  origin: z.enum(['live', 'file']),
  mode: z.enum(EXTRACTION_MODES),
  asked_url: z.string().nullable().describe('null for a file without an address'),
  final_url: z.string().nullable(),
  outcome: pageOutcomeSchema,
  redirects: z.array(z.strictObject({ url: z.string(), status: z.number().int(), location: z.string() })),
  status: z.number().int().nullable(),
  headers: z.record(z.string(), z.string()).describe('lower-case names, only those a score reads'),
  charset: z.string().nullable(),
  static_html: z.string().nullable(),
  static_bytes: z.number().int().nonnegative().describe('bytes received, before any cut'),
  static_clipped: z.boolean(),
  /** Bytes that were no text of the page's charset, read as U+FFFD. */
  undecodable: z.number().int().nonnegative(),
  rendered_html: z.string().nullable(),
  rendered_clipped: z.boolean(),
  screenshot: z
    .strictObject({ width: z.number().int(), height: z.number().int(), sha256: z.string() })
    .nullable(),
  robots: siteFileSchema.nullable().describe('null: not asked'),
  llms_txt: siteFileSchema.nullable(),
  sitemap_lastmod: z.string().nullable(),
  captured_at: z.iso.datetime(),
});

export type ExtractionMode = (typeof EXTRACTION_MODES)[number];
export type SiteFile = z.infer<typeof siteFileSchema>;
export type PageRecord = z.infer<typeof pageRecordSchema>;

/** Proof files that belong to a page record, as they came from the browser. */
export interface CapturedPage {
  record: PageRecord;
  /** PNG or JPEG of the rendered page; null in `ssr` mode. */
  screenshot: Uint8Array | null;
}

/**
 * Captures one address. Never rejects for what the site did: that is `record.outcome`. The deadline is the capturer's own
 * (60 s per page); `signal` ends it sooner.
 */
export type CapturePage = (url: string, mode: ExtractionMode, signal?: AbortSignal) => Promise<CapturedPage>;

/** Headers of the main answer that a record keeps. */
export const PAGE_HEADERS = [
  'content-type',
  'content-language',
  'last-modified',
  'x-robots-tag',
  'link',
  'date',
  'cf-mitigated',
  'retry-after',
] as const;

/** A record of a page that is in a file: nothing is known of status, headers and robots.txt. */
export function recordOfFile(
  html: string,
  about: { url: string | null; capturedAt: string; bytes: number; clipped: boolean; undecodable: number },
): PageRecord {
  return {
    record_version: 1,
    origin: 'file',
    mode: 'ssr',
    asked_url: about.url,
    final_url: about.url,
    outcome: { kind: 'captured' },
    redirects: [],
    status: null,
    headers: {},
    charset: null,
    static_html: html,
    static_bytes: about.bytes,
    static_clipped: about.clipped,
    undecodable: about.undecodable,
    rendered_html: null,
    rendered_clipped: false,
    screenshot: null,
    robots: null,
    llms_txt: null,
    sitemap_lastmod: null,
    captured_at: about.capturedAt,
  };
}
