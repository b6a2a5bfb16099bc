import type { CaptureRecord } from '../../src/contract/capture-record.ts';
import type { HealthField } from '../../src/contract/envelope.ts';
import type { Extraction } from '../../src/contract/extraction.ts';
import type { Outcome } from '../../src/contract/outcome.ts';
import { parsePage } from '../../src/extract/page-query.ts';
import { findWall, pageFacts } from '../../src/extract/walls.ts';
import { judge } from './outcome.ts';
import { type PageView, readPage } from './page.ts';
import { readTranscript, type TranscriptView } from './transcript.ts';
import { WALLS } from './walls.ts';

/** No result lists, no entity marks; sponsored follow-ups were last seen in 2025. */
const NEVER_SHOWN: readonly HealthField[] = ['results', 'mentions', 'ads'];

/** Outcomes of pages that hold an answer, read or not. */
const SHOWS_ANSWER: ReadonlySet<Outcome> = new Set(['answered', 'answered_partially', 'extraction_empty']);

/**
 * Reads a capture: the stream (the richest witness in both of its layouts) and the page. Pure; never throws for what
 * is missing.
 */
export function extract(record: CaptureRecord): Extraction {
  const $ = record.html === null ? null : parsePage(record.html);
  const page = $ === null ? null : readPage($, record.query);
  const transcript = readTranscript(record.transcript);
  const wall = findWall(WALLS, pageFacts(record, $));
  const { outcome, marks } = judge({ signals: record.signals, wall, page, transcript });
  return {
    outcome,
    marks,
    warnings: warningsOf(page, transcript),
    dom: page?.reading ?? null,
    transcript: transcript.reading,
    prefer: 'transcript',
    neverShown: [...NEVER_SHOWN],
    expected: SHOWS_ANSWER.has(outcome) ? expectedFields(page, transcript) : [],
    loginState: loginStateOf(record, page, transcript),
    ...(transcript.country === null
      ? {}
      : { region: { effective: transcript.country.toLowerCase(), basis: 'observed' } }),
  };
}

/** What this very record must give: the wire names model and search; what cites must have sources. */
function expectedFields(page: PageView | null, { reading: wire, entry }: TranscriptView): HealthField[] {
  const expected: HealthField[] = ['answer', 'blocks'];
  if (wire !== null) expected.push('model', 'webSearch');
  // The country comes with the terminal frame.
  if (entry?.ended === true) expected.push('region');
  const cites =
    (wire?.citations.length ?? 0) > 0 ||
    (page?.emptyPills ?? 0) > 0 ||
    (page?.reading?.citations.length ?? 0) > 0;
  if (cites) expected.push('sources', 'citations');
  if (wire?.webSearch === true) expected.push('sources', 'fanOut');
  return [...new Set(expected)];
}

function warningsOf(page: PageView | null, transcript: TranscriptView): string[] {
  const warnings = [...transcript.warnings];
  if (transcript.reading === null && (page?.emptyPills ?? 0) > 0) warnings.push('citation_pills_without_url');
  return warnings;
}

function loginStateOf(
  record: CaptureRecord,
  page: PageView | null,
  transcript: TranscriptView,
): NonNullable<Extraction['loginState']> {
  if (record.signals.loginState !== 'unknown') return record.signals.loginState;
  if (transcript.loginState !== 'unknown') return transcript.loginState;
  return page?.loginState ?? 'unknown';
}
