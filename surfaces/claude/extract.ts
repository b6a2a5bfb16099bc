import type { CaptureRecord } from '../../src/contract/capture-record.ts';
import type { HealthField } from '../../src/contract/envelope.ts';
import type { Extraction, Reading } from '../../src/contract/extraction.ts';
import type { Outcome } from '../../src/contract/outcome.ts';
import type { Wall } from '../../src/contract/surface.ts';
import type { CheerioAPI } from '../../src/extract/dom.ts';
import { parsePage } from '../../src/extract/page-query.ts';
import { findWall, pageFacts } from '../../src/extract/walls.ts';
import { judge } from './outcome.ts';
import { type PageView, readPage } from './page.ts';
import { ANSWER_PARTS, FINISHED_ANSWER, FINISHED_TURN } from './selectors.ts';
import { readTranscript, type TranscriptView } from './transcript.ts';
import { WALLS } from './walls.ts';

/** What Claude never shows: result lists, shopping, ads, follow-ups, and which place it answers for. */
const NEVER_SHOWN: readonly HealthField[] = ['results', 'related', 'shopping', 'ads', 'region'];

/** Outcomes whose page shows an answer. */
const MUST_SHOW: ReadonlySet<Outcome> = new Set(['answered', 'answered_partially', 'extraction_empty']);

/**
 * Reads a capture of claude.ai: the network (exact citation ranges, queries, all sources) and the page (the model's
 * name, and what the reader saw). Pure; never throws for what is missing.
 */
export function extract(record: CaptureRecord): Extraction {
  const $ = record.html === null ? null : parsePage(record.html);
  const transcript = readTranscript(record.transcript);
  const page = $ === null ? null : cutAsOnTheWire(readPage($), transcript);
  const wall = findWall(wallsFor($), pageFacts(record, $));
  const { outcome, marks } = judge({ signals: record.signals, wall, page, transcript });
  const readings = [page?.reading ?? null, transcript.reading].flatMap((reading) => reading ?? []);
  return {
    outcome,
    marks,
    warnings: transcript.warnings,
    dom: withSwitch(page?.reading ?? null, record),
    transcript: withSwitch(transcript.reading, record),
    neverShown: [...NEVER_SHOWN],
    expected: MUST_SHOW.has(outcome) ? expectedFields(readings, page !== null) : [],
    loginState: loginStateOf(record, page, outcome),
  };
}

function loginStateOf(
  { signals }: CaptureRecord,
  page: PageView | null,
  outcome: Outcome,
): NonNullable<Extraction['loginState']> {
  if (outcome === 'login_wall') return 'anonymous';
  return signals.loginState === 'unknown' ? (page?.loginState ?? 'unknown') : signals.loginState;
}

/** The walls that can still stand: a finished answer, looked for once, rules most of them out. */
function wallsFor($: CheerioAPI | null): readonly Wall[] {
  const finished = $ !== null && $(FINISHED_TURN).find(ANSWER_PARTS.join(', ')).length > 0;
  return finished ? WALLS.filter(({ unless }) => !unless?.endsWith(FINISHED_ANSWER)) : WALLS;
}

/**
 * A page whose stream broke may look finished: it shows what came and its copy button. The wire knows better, unless
 * the page shows more than the wire brought (it had reloaded), or the recorder's own cap cut the wire.
 */
function cutAsOnTheWire(page: PageView, { reading, clipped }: TranscriptView): PageView {
  const shown = page.reading;
  if (shown === null || reading === null || reading.complete || clipped || reading.markdown === '')
    return page;
  if (shown.markdown.length > reading.markdown.length * 1.1) return page;
  return { ...page, reading: { ...shown, complete: false } };
}

/** Whether the account's web-search switch was on, where the drive could read it. */
function withSwitch(reading: Reading | null, record: CaptureRecord): Reading | null {
  const { webSearch } = record.signals.facts;
  if (reading === null || reading.webSearch !== null || (webSearch !== 'on' && webSearch !== 'off'))
    return reading;
  return { ...reading, webSearch: webSearch === 'on' };
}

function expectedFields(readings: readonly Reading[], hasPage: boolean): HealthField[] {
  const cites = readings.some(({ citations }) => citations.length > 0);
  const searched = readings.some(({ fanOut }) => (fanOut?.queries.length ?? 0) > 0);
  return [
    'answer',
    'blocks',
    ...(hasPage ? (['model'] as const) : []),
    ...(cites || searched ? (['sources', 'webSearch'] as const) : []),
    ...(cites ? (['citations'] as const) : []),
  ];
}
