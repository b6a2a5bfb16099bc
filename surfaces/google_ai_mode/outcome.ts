import type { CaptureRecord } from '../../src/contract/capture-record.ts';
import type { Extraction } from '../../src/contract/extraction.ts';
import { type CheerioAPI, closest, type Element, foldSpace, visibleText } from '../../src/extract/dom.ts';
import { withoutMarks } from '../../src/extract/marks.ts';
import { findWall, pageFacts } from '../../src/extract/walls.ts';
import { isBeside } from '../google/answer-markdown.ts';
import { isJavaScriptShell, isResultsPage } from '../google/page-kind.ts';
import { CONSENT_CSS } from '../google/walls.ts';
import { readProgress, type TurnProgress } from './progress.ts';
import { isStreamBroken, isStreamChallenged } from './transcript.ts';
import { isAiModePage, type Turn } from './turn.ts';
import { AI_MODE_WALLS, NOT_OFFERED } from './walls.ts';

export type Verdict = Pick<Extraction, 'outcome' | 'marks' | 'warnings'>;

/** What the page says by itself. */
export interface PageView {
  $: CheerioAPI;
  turn: Turn | undefined;
  markdown: string;
}

/**
 * What the drive saw while it was there wins over what the page looks like afterwards; but a drive that only ran out of
 * time leaves an answer that was begun (`answered`) to the page.
 */
export function liveVerdict({ signals }: CaptureRecord, answered: boolean): Verdict | undefined {
  const { wall, failure } = signals;
  if (wall !== null) return verdict(wall.outcome, wall.mark);
  if (failure === null || (failure.outcome === 'timeout' && answered)) return undefined;
  return verdict(failure.outcome, 'drive_failure');
}

/** Judges a page with AI Mode's answer, without it, or one of the pages Google shows instead. Pure. */
export function pageVerdict(record: CaptureRecord, { $, turn, markdown }: PageView): Verdict {
  const progress = readProgress($, turn);
  if (withoutMarks(markdown).trim() !== '') return answerVerdict(record, $, progress);
  if (turn !== undefined || isAiModePage($)) return silentVerdict(record, $, turn, progress);
  if (isResultsPage($)) return verdict('absent', 'results_without_ai_mode');
  const wall = findWall(AI_MODE_WALLS, pageFacts(record, $));
  if (wall !== undefined) return verdict(wall.outcome, wall.name);
  if (isNotOffered($)) return verdict('absent', 'ai_mode_not_offered');
  if (isJavaScriptShell($)) return verdict('challenge', 'javascript_shell');
  return verdict('surface_error', $(CONSENT_CSS).length > 0 ? 'consent_not_dismissed' : 'no_ai_mode_page');
}

function verdict(outcome: Verdict['outcome'], mark: string, warnings: string[] = []): Verdict {
  return { outcome, marks: [mark], warnings };
}

/**
 * An answer is there: is it whole? AI Mode's own page always ends in an end mark, so without one the answer was cut,
 * unless a drive watched it stand still. A bare fragment of a page cannot be held to that.
 */
function answerVerdict(record: CaptureRecord, $: CheerioAPI, progress: TurnProgress): Verdict {
  const { busy, finished, failed } = progress;
  if (failed) return verdict('answered_partially', 'answer_error');
  if (finished.length > 0)
    return {
      outcome: busy.length > 0 ? 'answered_partially' : 'answered',
      marks: [...busy, ...finished],
      warnings: [],
    };
  if (busy.length > 0) return { outcome: 'answered_partially', marks: busy, warnings: [] };
  const { ending } = record.signals;
  const stoodStill = ending === 'settled' && !isStreamBroken(record.transcript);
  const whole = stoodStill || (ending === 'not_awaited' && !isAiModePage($));
  return {
    outcome: whole ? 'answered' : 'answered_partially',
    marks: ['no_end_mark'],
    warnings: isAiModePage($) ? ['end_mark_missing'] : [],
  };
}

/** AI Mode is there and no answer could be read. */
function silentVerdict(
  record: CaptureRecord,
  $: CheerioAPI,
  turn: Turn | undefined,
  { busy, finished, failed }: TurnProgress,
): Verdict {
  if (failed) return verdict('surface_error', 'answer_error');
  if (isStreamChallenged(record.transcript)) return verdict('challenge', 'answer_stream_refused');
  if (isNotOffered($)) return verdict('absent', 'ai_mode_not_offered');
  if (hasUnreadText($, turn)) return verdict('extraction_empty', 'unread_text');
  if (finished.length > 0) return { outcome: 'extraction_empty', marks: finished, warnings: [] };
  return { outcome: 'timeout', marks: busy.length > 0 ? busy : ['no_answer_yet'], warnings: [] };
}

function isNotOffered($: CheerioAPI): boolean {
  const body = $('body').get(0);
  return body !== undefined && NOT_OFFERED.test(visibleText(body).slice(0, 4_000));
}

/** Text enough for an answer, outside of the question, the composer and all that stands around an answer. */
function hasUnreadText($: CheerioAPI, turn: Turn | undefined): boolean {
  const places =
    turn === undefined
      ? $('[data-xid="aim-mars-turn-root"], [data-streaming-container]').toArray()
      : [turn.root];
  const skip = (element: Element): boolean => isBeside(element) || isQuestion(element);
  return places.some((place) => foldSpace(visibleText(place, skip)).length > 160);
}

function isQuestion(element: Element): boolean {
  if (element.attribs.role === 'heading' && element.attribs['aria-level'] === '2') return true;
  return 'data-mq' in element.attribs || (element.name === 'h2' && closest(element, isTurn) !== undefined);
}

function isTurn({ attribs }: Element): boolean {
  return attribs['data-scope-id'] === 'turn';
}
