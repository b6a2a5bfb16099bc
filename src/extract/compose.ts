import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import type { Block, ListItem } from '../contract/envelope.ts';
import { storable } from '../contract/storable-text.ts';
import { BlockWriter, type DraftBlock, type DraftItem } from './block-writer.ts';
import { liftMarks, type PlacedMark } from './marks.ts';
import { TextMap } from './text-map.ts';

/** Where a mark stands in `text`, and the unit (paragraph, item, cell, …) it belongs to. */
export interface MarkPlace {
  index: number;
  kind: PlacedMark['kind'];
  at: number;
  unitStart: number;
  unitEnd: number;
}

/** An answer in its three forms, with the places of its marks. */
export interface Composed {
  text: string;
  markdown: string;
  marks: MarkPlace[];
  /** The typed blocks; `idsOf` tells the source ids of a mark. */
  blocks(idsOf: (markIndex: number) => number[]): Block[];
}

const EXTENSIONS = [gfm({ singleTilde: false })];
const MDAST_EXTENSIONS = [gfmFromMarkdown()];

/**
 * The one place where markdown becomes text, blocks and offsets. `text` is the markdown without markup: blocks parted
 * by an empty line, list items and table rows by a line feed, cells by a tab. Pure.
 */
export function compose(marked: string): Composed {
  const lifted = lift(marked);
  return composedOf(lifted, readMarkdown(lifted.markdown));
}

/** As compose for two tellings of one answer, null for who tells none; what both tell in the same words is read once. */
export function composeBoth(first: string | null, second: string | null): [Composed | null, Composed | null] {
  if (first === null || second === null)
    return [first === null ? null : compose(first), second === null ? null : compose(second)];
  const [one, other] = [lift(first), lift(second)];
  const read = readMarkdown(one.markdown);
  const same = one.markdown === other.markdown;
  return [composedOf(one, read), composedOf(other, same ? read : readMarkdown(other.markdown))];
}

type Lifted = ReturnType<typeof liftMarks>;

function lift(marked: string): Lifted {
  return liftMarks(storable(marked).replace(/\r\n?/g, '\n').trim());
}

interface ReadMarkdown {
  map: TextMap;
  blocks: DraftBlock[];
}

function readMarkdown(markdown: string): ReadMarkdown {
  const root = fromMarkdown(markdown, { extensions: EXTENSIONS, mdastExtensions: MDAST_EXTENSIONS });
  const map = new TextMap(markdown);
  return { map, blocks: new BlockWriter(map).write(root) };
}

function composedOf({ markdown, marks }: Lifted, { map, blocks }: ReadMarkdown): Composed {
  const places = marks.map((mark) => ({ index: mark.index, kind: mark.kind, ...map.place(mark.offset) }));
  return {
    text: map.text,
    markdown,
    marks: places,
    blocks: (idsOf) => {
      const idsWithin = (start: number, end: number): number[] => [
        ...new Set(
          places
            .filter((place) => place.kind !== 'open' && place.unitStart >= start && place.unitEnd <= end)
            .flatMap((place) => idsOf(place.index)),
        ),
      ];
      return blocks.map((block) => finishBlock(block, map.text, idsWithin));
    },
  };
}

/** Text of a piece of markdown; the definition the property tests hold `answer.text` against. */
export function markdownToText(markdown: string): string {
  return compose(markdown).text;
}

function finishItem(
  item: DraftItem,
  text: string,
  idsWithin: (start: number, end: number) => number[],
): ListItem {
  return {
    text: text.slice(item.start, item.ownEnd),
    referenceIds: idsWithin(item.start, item.ownEnd),
    ...(item.items.length > 0
      ? {
          ordered: item.ordered ?? false,
          items: item.items.map((child) => finishItem(child, text, idsWithin)),
        }
      : {}),
  };
}

function finishBlock(
  block: DraftBlock,
  text: string,
  idsWithin: (start: number, end: number) => number[],
): Block {
  const { type, start, end, items, ...rest } = block;
  return {
    type,
    text: text.slice(start, end),
    referenceIds: idsWithin(start, end),
    ...rest,
    ...(items ? { items: items.map((item) => finishItem(item, text, idsWithin)) } : {}),
  };
}
