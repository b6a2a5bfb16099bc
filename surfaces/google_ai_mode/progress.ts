import { type CheerioAPI, type Element, elementsOf, isVisible } from '../../src/extract/dom.ts';
import type { Turn } from './turn.ts';

/** How far a turn's answer is, in marks of the page. */
export interface TurnProgress {
  /** Marks of an answer still being made. */
  busy: string[];
  /** Marks of a finished one. */
  finished: string[];
  /** The page says that the answer failed. */
  failed: boolean;
}

/** Reads the marks of google_ai_mode.md c: none of them depends on the language. */
export function readProgress($: CheerioAPI, turn: Turn | undefined): TurnProgress {
  if (turn === undefined) return { busy: [], finished: [], failed: failedAfter($, undefined) };
  const { root } = turn;
  const has = (css: string): boolean => $(root).find(css).length > 0;
  const busy: string[] = [];
  const finished: string[] = [];
  if ($('[data-cpl]').length > 0 && $('[data-cpl]').last().attr('data-cpl') !== 'false')
    busy.push('long_job');
  if (has('[data-async-ph]')) busy.push('answer_placeholder');
  if ($('[data-streaming-container].gsZh2b').find(root).length > 0) busy.push('streaming_class');
  if ($(root).find('[role="progressbar"]').toArray().some(isWorking)) busy.push('progress_bar');
  if (has('[data-zzy]')) finished.push('answer_end');
  if (has('[data-xid="Gd7Hsc"] button')) finished.push('answer_footer');
  if (has('[data-zzz], [data-debug-fragment]')) finished.push('body_end');
  if ($(root).closest('[data-complete="true"]').length > 0 || has('[data-complete="true"]'))
    finished.push('answer_complete');
  return { busy, finished, failed: failedAfter($, root) };
}

/** Buttons carry progress bars of their own ("Copy in progress"). */
function isWorking(bar: Element): boolean {
  for (let node = bar.parent; node !== null; node = node.parent)
    if (node.type === 'tag' && (node.name === 'button' || node.attribs['data-xid'] === 'Gd7Hsc'))
      return false;
  return isVisible(bar);
}

/** An error of an earlier turn says nothing about the last one. */
function failedAfter($: CheerioAPI, root: Element | undefined): boolean {
  const errors = $('[data-aeie="true"]').toArray().filter(isVisible);
  if (errors.length === 0 || root === undefined) return errors.length > 0;
  const earlier = new Set<Element>();
  for (const element of elementsOf($.root()[0] ?? root)) {
    if (element === root) break;
    earlier.add(element);
  }
  return errors.some((error) => !earlier.has(error));
}
