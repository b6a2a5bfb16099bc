import type { CaptureRecord } from '../../src/contract/capture-record.ts';
import type { HealthField } from '../../src/contract/envelope.ts';
import type { Extraction, Reading } from '../../src/contract/extraction.ts';
import type { Wall } from '../../src/contract/surface.ts';
import { type CheerioAPI, parseHtml } from '../../src/extract/dom.ts';
import { findWall, pageFacts } from '../../src/extract/walls.ts';
import { CONSENT_CSS } from '../google/walls.ts';
import { judge } from './outcome.ts';
import { type PageView, readPage } from './page.ts';
import { ANY_ANSWER } from './selectors.ts';
import { readTranscript, transcriptOf } from './transcript.ts';
import { WALLS } from './walls.ts';

const CONSENT_URL = /^https?:\/\/consent\.google\.[a-z.]+\//i;
/** What no ordinary answer shows, neither in the page nor on the wire (gemini.md d). */
const NEVER_SHOWN: readonly HealthField[] = ['fanOut', 'mentions', 'ads', 'results', 'region'];

/**
 * Reads a capture of gemini.google.com: the page is the better witness of text and citations, the answer stream the
 * better one of the model and of whether the answer ended. Pure; never throws for what is missing.
 */
export function extract(record: CaptureRecord): Extraction {
  const exchanges = transcriptOf(record);
  const isPage = record.html !== null && exchanges === record.transcript;
  const $ = isPage && record.html !== null ? parseHtml(record.html) : null;
  // Walls are looked for before the answer is read: reading rewrites the answer's tree.
  const wall = findWall(wallsBeside($), pageFacts(record, $));
  const consent = CONSENT_URL.test(record.finalUrl ?? '') || ($ !== null && $(CONSENT_CSS).length > 0);
  const page = $ === null ? null : readPage($);
  const transcript = readTranscript(exchanges, record.query);
  const { outcome, marks } = judge({ signals: record.signals, wall, consent, page, transcript });
  const dom = page?.reading ?? null;
  return {
    outcome,
    marks,
    warnings: warningsOf(page, transcript.unrecognised),
    // The stream names the model ("3.6 Flash"), the page only its mode ("Fast").
    dom: dom && transcript.reading?.model ? { ...dom, model: null } : dom,
    transcript: transcript.reading,
    prefer: cites(transcript.reading) && !cites(dom) ? 'transcript' : 'dom',
    neverShown: [...NEVER_SHOWN],
    expected: expectedFields(page),
    loginState:
      record.signals.loginState === 'unknown' ? (page?.loginState ?? 'unknown') : record.signals.loginState,
  };
}

/** Walls that can stand on this page: beside an answer most do not count, and looking for each costs. */
function wallsBeside($: CheerioAPI | null): readonly Wall[] {
  const answered = $ !== null && $(ANY_ANSWER).length > 0;
  return answered ? WALLS.filter(({ unless }) => !unless?.includes(ANY_ANSWER)) : WALLS;
}

function cites(reading: Reading | null): boolean {
  return reading?.citations.some(({ sourceKeys }) => sourceKeys.length > 0) ?? false;
}

function warningsOf(page: PageView | null, unrecognised: boolean): string[] {
  return [
    ...(unrecognised ? ['transcript_unrecognised'] : []),
    ...((page?.citations.unresolved ?? 0) > 0 ? ['citations_without_address'] : []),
  ];
}

/** What this page must show: citations where the answer has citation elements, sources where it offers a list. */
function expectedFields(page: PageView | null): HealthField[] {
  const cited = (page?.citations.shown ?? 0) > 0;
  return [
    'answer',
    'blocks',
    ...(cited || page?.hasSourcesButton ? (['sources', 'webSearch'] as const) : []),
    ...(cited ? (['citations'] as const) : []),
    ...(page?.hasModelLabel && page.reading !== null ? (['model'] as const) : []),
  ];
}
