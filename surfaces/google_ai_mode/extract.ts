import type { CaptureRecord } from '../../src/contract/capture-record.ts';
import type { Extraction, Reading } from '../../src/contract/extraction.ts';
import type { CheerioAPI } from '../../src/extract/dom.ts';
import { parsePage } from '../../src/extract/page-query.ts';
import { readRegion } from '../google/region.ts';
import { readLoginState } from '../google/visitor.ts';
import { liveVerdict, pageVerdict, type Verdict } from './outcome.ts';
import { isStreamChallenged, type StreamedPage, streamedPage } from './transcript.ts';
import { countTurns, lastTurn, type Turn } from './turn.ts';
import { readTurnContent, type TurnContent } from './turn-content.ts';

/** AI Mode names neither its model nor the searches it ran (no page and no vendor's field did until 2026-11). */
const NEVER_SHOWN: Extraction['neverShown'] = ['fanOut', 'mentions', 'results', 'model'];

/**
 * Reads the last turn of an AI Mode page out of a record. Pure. The finished page is the richer witness: the stream's
 * pieces lose their sources' dialog; the stream is read by the same code and compared, and speaks alone where there is
 * no page.
 */
export function extract(record: CaptureRecord): Extraction {
  const $ = record.html === null ? null : parsePage(record.html);
  const turn = $ === null ? undefined : lastTurn($);
  const content = $ === null || turn === undefined ? undefined : readTurnContent($, turn);
  const streamed = streamedPage(record.transcript);
  const streamedContent = streamed === undefined ? undefined : readStream(streamed);
  const used = content?.markdown ? content : streamedContent;
  const found =
    liveVerdict(record, used !== undefined) ?? verdictOf(record, $, turn, content, streamed, streamedContent);
  const shown = found.outcome === 'answered' || found.outcome === 'answered_partially';
  return {
    ...found,
    warnings: shown ? [...found.warnings, ...warningsOf($, turn, used)] : found.warnings,
    dom: content === undefined ? null : readingOf(content, found.outcome === 'answered'),
    transcript:
      streamedContent === undefined ? null : readingOf(streamedContent, streamed?.complete ?? false),
    prefer: 'dom',
    neverShown: NEVER_SHOWN,
    expected: shown && used !== undefined ? expectedOf(used) : [],
    ...($ === null ? {} : { loginState: readLoginState($), region: readRegion($) }),
  };
}

function readStream({ $ }: StreamedPage): TurnContent | undefined {
  const turn = lastTurn($);
  const content = turn === undefined ? undefined : readTurnContent($, turn);
  return content?.markdown ? content : undefined;
}

function verdictOf(
  record: CaptureRecord,
  $: CheerioAPI | null,
  turn: Turn | undefined,
  content: TurnContent | undefined,
  streamed: StreamedPage | undefined,
  streamedContent: TurnContent | undefined,
): Verdict {
  if ($ !== null) {
    const fromPage = pageVerdict(record, { $, turn, markdown: content?.markdown ?? '' });
    const silent = fromPage.outcome === 'timeout' || fromPage.outcome === 'extraction_empty';
    if (!silent || streamedContent === undefined) return fromPage;
  }
  if (streamed !== undefined && streamedContent !== undefined)
    return {
      outcome: streamed.complete ? 'answered' : 'answered_partially',
      marks: [streamed.complete ? 'stream_ended' : 'stream_cut'],
      warnings: [],
    };
  if (isStreamChallenged(record.transcript))
    return { outcome: 'challenge', marks: ['answer_stream_refused'], warnings: [] };
  return { outcome: 'timeout', marks: ['no_page'], warnings: [] };
}

function warningsOf(
  $: CheerioAPI | null,
  turn: Turn | undefined,
  content: TurnContent | undefined,
): string[] {
  const warnings: string[] = [];
  if (content === undefined) return warnings;
  const shown = content.sources.filter((source) => source.position !== null).length;
  if (content.promised > shown) warnings.push('sources_incomplete');
  if (content.widgets > 0) warnings.push('widget_not_read');
  if (content.sources.some((source) => source.url === null)) warnings.push('opaque_source_links');
  if ($ === null || turn === undefined) return warnings;
  if ($(turn.root).find('[data-xid="pvjmD"]').length > 0) warnings.push('two_answers_side_by_side');
  if (countTurns($) > 1) warnings.push('earlier_turns_left_out');
  return warnings;
}

/**
 * Most citation chips are empty (58 of 73 on a page of 2026-06), so a chip promises nothing. The button that counts the
 * sources does.
 */
function expectedOf({ promised }: TurnContent): Extraction['expected'] {
  return promised > 0 ? ['answer', 'blocks', 'sources'] : ['answer', 'blocks'];
}

/** Without any source there is no evidence of a search, which is not evidence of none. */
function readingOf(content: TurnContent, complete: boolean): Reading {
  const { markdown, citations, sources, cards, shopping, ads } = content;
  return {
    complete,
    markdown,
    citations,
    sources,
    fanOut: null,
    mentions: null,
    shopping,
    ads,
    results: null,
    related: null,
    model: null,
    webSearch: sources.length > 0 ? true : null,
    cards,
  };
}
