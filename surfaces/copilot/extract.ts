import type { CaptureRecord } from '../../src/contract/capture-record.ts';
import type { HealthField } from '../../src/contract/envelope.ts';
import type { Extraction, Reading } from '../../src/contract/extraction.ts';
import { parsePage } from '../../src/extract/page-query.ts';
import { findWall, pageFacts } from '../../src/extract/walls.ts';
import { judge, pageReading } from './outcome.ts';
import { type PageView, readPage } from './page.ts';
import { sitesBeside } from './sources.ts';
import { readTranscript, type TranscriptView } from './transcript.ts';
import { LATE_WALLS, WALLS } from './walls.ts';

/** What Copilot's chat never shows: a list of results, marked entities, where it thinks the visitor is. */
const NEVER_SHOWN: readonly HealthField[] = ['results', 'mentions', 'region'];

/**
 * Reads a capture of copilot.microsoft.com: the socket's messages (the whole truth where they were seen) and the page.
 * Pure; never throws for what is missing.
 */
export function extract(record: CaptureRecord): Extraction {
  const $ = record.html === null ? null : parsePage(record.html);
  const page = $ === null ? null : readPage($);
  const transcript = readTranscript(record.transcript);
  const dom = page === null ? null : withSites(pageReading(page, transcript), page, transcript);
  const facts = pageFacts(record, $);
  const { outcome, marks } = judge({
    signals: record.signals,
    wall: findWall(WALLS, facts),
    lateWall: () => findWall(LATE_WALLS, facts),
    page: page === null ? null : { ...page, reading: dom },
    transcript,
  });
  return {
    outcome,
    marks,
    warnings: transcript.warnings,
    dom,
    transcript: transcript.reading,
    // Where the wire only lists its citations, the page's chips tell what they stand for.
    prefer: transcript.placesUnknown && (dom?.citations.length ?? 0) > 0 ? 'dom' : 'transcript',
    neverShown: [...NEVER_SHOWN],
    expected: expectedFields(dom, page, transcript),
    loginState: loginStateOf(record, page, transcript),
  };
}

/** Adds the sites of which only icons are shown, where no source stands for them. */
function withSites(
  reading: Reading | null,
  page: PageView,
  { reading: wire }: TranscriptView,
): Reading | null {
  if (reading === null) return null;
  const known = [...reading.sources, ...(wire?.sources ?? [])];
  return { ...reading, sources: [...reading.sources, ...sitesBeside(page.sites, known)] };
}

function expectedFields(
  dom: Reading | null,
  page: PageView | null,
  { reading }: TranscriptView,
): HealthField[] {
  const cites = [dom, reading].some((witness) => (witness?.citations.length ?? 0) > 0);
  const shows = cites || page?.hasSources === true || (reading?.sources.length ?? 0) > 0;
  return [
    'answer',
    'blocks',
    ...(shows ? (['sources', 'webSearch'] as const) : []),
    ...(cites ? (['citations'] as const) : []),
  ];
}

function loginStateOf(
  { signals }: CaptureRecord,
  page: PageView | null,
  transcript: TranscriptView,
): NonNullable<Extraction['loginState']> {
  if (signals.loginState !== 'unknown') return signals.loginState;
  if (transcript.loginState !== 'unknown') return transcript.loginState;
  const nagged = signals.interstitials.some(({ name }) => name.startsWith('sign_in_'));
  return nagged || page?.anonymous === true ? 'anonymous' : 'unknown';
}
