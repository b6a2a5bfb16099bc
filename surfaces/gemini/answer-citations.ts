import type { DraftCitation } from '../../src/contract/extraction.ts';
import {
  type CheerioAPI,
  closest,
  type Element,
  elementsOf,
  foldSpace,
  isElement,
} from '../../src/extract/dom.ts';
import { markText } from '../../src/extract/marks.ts';
import { canonicalUrl, unwrapUrl } from '../../src/extract/urls.ts';
import { type ChipLabel, readLabel, resolveChips } from './chips.ts';
import { CHIP_GROUP, FOOTNOTE } from './selectors.ts';
import type { SourceCard } from './source-cards.ts';

/** What the answer's citation elements came to. */
export interface CitationReading {
  citations: DraftCitation[];
  /** Citation elements seen, resolved or not. */
  shown: number;
  /** Those for which no source is known. */
  unresolved: number;
}

const BLOCK = /^(?:p|li|td|th|h[1-6]|blockquote)$/;
const SPAN = /(?:^|\s)citation-(?:end-)?(\d+)(?:\s|$)/;

/**
 * Puts citation marks in the place of footnotes and chips of the answer's own tree, which is ours alone: it was parsed
 * for this reading. A footnote's number counts the source list; the span around it (`citation-N`) delimits its words
 * exactly (seen 2025-11 to 2026-02). A chip speaks of what precedes it in its block.
 */
export function markCitations(
  $: CheerioAPI,
  roots: readonly Element[],
  cards: readonly SourceCard[],
): CitationReading {
  const reading: CitationReading = { citations: [], shown: 0, unresolved: 0 };
  const groups = outermostIn($, roots, CHIP_GROUP);
  const labels = groups.map(labelsIn);
  const keysOfChip = resolveChips(labels.flat(), cards);
  let next = 0;
  const footnoted = new Set<Element>();
  for (const footnote of outermostIn($, roots, FOOTNOTE))
    markFootnote($, footnote, roots, cards, reading, footnoted);
  groups.forEach((group, index) => {
    const count = labels[index]?.length ?? 0;
    const keys = [...linksIn(group), ...keysOfChip.slice(next, next + count).flat()];
    next += count;
    const paragraph = paragraphBefore(group);
    const block = paragraph ?? closest(group, ({ name }) => BLOCK.test(name));
    // A chip that follows footnotes repeats them.
    const repeats = block !== undefined && footnoted.has(block);
    const mark =
      repeats || (count === 0 && keys.length === 0) ? '' : note(reading, keys, 'sentence', 'point');
    if (paragraph !== undefined) $(paragraph).append(mark);
    $(group).replaceWith(paragraph === undefined ? mark : '');
  });
  return reading;
}

function markFootnote(
  $: CheerioAPI,
  footnote: Element,
  roots: readonly Element[],
  cards: readonly SourceCard[],
  reading: CitationReading,
  footnoted: Set<Element>,
): void {
  const numbers = [...elementsOf(footnote)].flatMap(({ attribs }) => {
    const number = Number(attribs['data-turn-source-index']);
    return Number.isInteger(number) && number > 0 ? [number] : [];
  });
  const keys = numbers.flatMap((number) => cards[number - 1]?.draft.key ?? []);
  const block = closest(footnote, ({ name }) => BLOCK.test(name));
  if (block !== undefined && keys.length > 0) footnoted.add(block);
  const first = firstOfSpan($, footnote, roots);
  if (first === undefined) {
    $(footnote).replaceWith(numbers.length === 0 ? '' : note(reading, keys, 'sentence', 'point'));
    return;
  }
  $(footnote).replaceWith(note(reading, keys, 'exact', 'close'));
  $(first).prepend(markText(reading.citations.length - 1, 'open'));
}

/** The first element of the stretch a footnote closes: `citation-77 … citation-77 citation-end-77`. */
function firstOfSpan($: CheerioAPI, footnote: Element, roots: readonly Element[]): Element | undefined {
  const span = closest(footnote, ({ attribs }) => SPAN.test(attribs.class ?? ''));
  const number = SPAN.exec(span?.attribs.class ?? '')?.[1];
  if (span === undefined || number === undefined) return undefined;
  const own = outermostIn($, roots, `.citation-${number}`);
  return own[0] ?? span;
}

function note(
  reading: CitationReading,
  keys: readonly string[],
  basis: DraftCitation['basis'],
  kind: 'point' | 'close',
): string {
  reading.shown++;
  if (keys.length === 0) reading.unresolved++;
  const index = reading.citations.push({ sourceKeys: [...new Set(keys)], basis }) - 1;
  return markText(index, kind);
}

/**
 * The paragraph a chip belongs to when it stands behind it: a page that went through a parser once has its chips' boxes
 * moved out of the paragraphs, where HTML allows none.
 */
function paragraphBefore(group: Element): Element | undefined {
  if (group.name !== 'div') return undefined;
  const before = group.prev;
  return before !== null && isElement(before) && before.name === 'p' ? before : undefined;
}

/** What the chips of a group are called. */
function labelsIn(group: Element): ChipLabel[] {
  const buttons = [...elementsOf(group)].filter(
    ({ name, attribs }) => name === 'button' || attribs.role === 'button',
  );
  return buttons.flatMap((button) => {
    const shown = foldSpace(ownText(button));
    return shown === '' ? [] : [readLabel(shown)];
  });
}

function ownText(element: Element): string {
  return element.children
    .map((child) => {
      if (child.type === 'text') return child.data;
      return isElement(child) && !/^(?:mat-icon|gem-icon|svg)$/.test(child.name) ? ownText(child) : '';
    })
    .join(' ');
}

/** Addresses a group already shows: hover cards opened inside it, plain links. */
function linksIn(group: Element): string[] {
  return [...elementsOf(group)].flatMap(({ name, attribs }) => {
    const { url } = name === 'a' ? unwrapUrl(attribs.href ?? '') : { url: null };
    return (url === null ? undefined : canonicalUrl(url)) ?? [];
  });
}

function outermostIn($: CheerioAPI, roots: readonly Element[], css: string): Element[] {
  return roots.flatMap((root) =>
    $(root)
      .find(css)
      .toArray()
      .filter(isElement)
      .filter((element) => $(element).parentsUntil(root, css).length === 0),
  );
}
