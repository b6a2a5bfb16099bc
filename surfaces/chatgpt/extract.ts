import type { CaptureRecord } from '../../src/contract/capture-record.ts';
import type { HealthField } from '../../src/contract/envelope.ts';
import type { Extraction, Reading } from '../../src/contract/extraction.ts';
import { parsePage } from '../../src/extract/page-query.ts';
import { findWall, pageFacts } from '../../src/extract/walls.ts';
import { judge, pageReading } from './outcome.ts';
import { type PageView, readPage } from './page.ts';
import { readTranscript, type TranscriptView } from './transcript.ts';
import { WALLS } from './walls.ts';

/** What neither app ever shows in an answer: search results, follow-up chips. */
const NEVER_SHOWN: readonly HealthField[] = ['results', 'related', 'region'];
/** The anonymous app shows no queries and names no model, neither in the page nor on the wire (chatgpt.md 0). */
const NEVER_SHOWN_ANONYMOUS: readonly HealthField[] = [...NEVER_SHOWN, 'fanOut', 'model', 'shopping'];

/**
 * Reads a capture of either app of chatgpt.com: the network (the whole truth of the signed-in app) and the page (the
 * better one of the anonymous app, whose wire changes often). Pure; never throws for what is missing.
 */
export function extract(record: CaptureRecord): Extraction {
  const $ = record.html === null ? null : parsePage(record.html);
  const shown = $ === null ? null : readPage($);
  const transcript = readTranscript(record.transcript);
  const page = shown === null ? null : { ...shown, reading: pageReading(shown, transcript) };
  const app = transcript.app ?? page?.app ?? null;
  const wall = findWall(WALLS, pageFacts(record, $));
  const { outcome, marks } = judge({ signals: record.signals, wall, page, transcript });
  return {
    outcome,
    marks,
    warnings: transcript.warnings,
    dom: page?.reading ?? null,
    transcript: transcript.reading,
    prefer: app === 'anonymous' ? 'dom' : 'transcript',
    neverShown: [...(app === 'anonymous' ? NEVER_SHOWN_ANONYMOUS : NEVER_SHOWN)],
    expected: expectedFields(transcript.reading),
    loginState: loginStateOf(record, page, transcript),
  };
}

function expectedFields(reading: Reading | null): HealthField[] {
  return reading === null ? ['answer', 'blocks'] : ['answer', 'blocks', 'model', 'webSearch'];
}

function loginStateOf(
  record: CaptureRecord,
  page: PageView | null,
  transcript: TranscriptView,
): NonNullable<Extraction['loginState']> {
  if (record.signals.loginState !== 'unknown') return record.signals.loginState;
  if (page !== null && page.loginState !== 'unknown') return page.loginState;
  return transcript.app === 'anonymous' ? 'anonymous' : 'unknown';
}
