import type { CharRange } from '../contract/envelope.ts';
import type { MarkPlace } from './compose.ts';

/**
 * The span each mark speaks of, by mark index. A pair of open and close marks gives its exact span. A point mark
 * reaches back to the previous citation in its unit, or to the unit's start; marks that follow one another without
 * text between share one span. A mark with nothing before it in its unit has no range. Ranges are trimmed of white
 * space and never empty.
 */
export function rangesOfMarks(text: string, marks: readonly MarkPlace[]): Map<number, CharRange> {
  const ranges = new Map<number, CharRange>();
  const opened = new Map<number, number>();
  let unitStart = -1;
  let from = 0;
  let shared: CharRange | undefined;
  for (const mark of marks) {
    if (mark.kind === 'open') {
      opened.set(mark.index, mark.at);
      continue;
    }
    if (mark.kind === 'close') {
      const range = trimmed(text, opened.get(mark.index) ?? mark.unitStart, mark.at);
      if (range) ranges.set(mark.index, range);
      continue;
    }
    if (mark.unitStart !== unitStart) {
      unitStart = mark.unitStart;
      from = mark.unitStart;
      shared = undefined;
    }
    const range = trimmed(text, from, mark.at) ?? shared;
    if (range === undefined) continue;
    ranges.set(mark.index, range);
    shared = range;
    from = Math.max(from, mark.at);
  }
  return ranges;
}

function trimmed(text: string, start: number, end: number): CharRange | undefined {
  let low = start;
  let high = end;
  while (low < high && /\s/.test(text[low] ?? '')) low++;
  while (high > low && /\s/.test(text[high - 1] ?? '')) high--;
  return low < high ? [low, high] : undefined;
}
