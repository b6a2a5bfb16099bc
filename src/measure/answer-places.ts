import type { Answer, ListItem } from '../contract/envelope.ts';
import type { SeenMention } from './observation.ts';

/** From this many items on a list is a ranking, not a couple of bullet points (specs/analysis.md C.3). */
const RANKED_FROM = 3;

/** Half-open UTF-16 offsets into a text. */
interface Stretch {
  start: number;
  end: number;
}

interface PlacedItem extends Stretch {
  /** 1-based; null in a list of fewer than three items. */
  rank: number | null;
}

interface PlacedBlock extends Stretch {
  where: SeenMention['where'];
  items: PlacedItem[];
}

/** Where the blocks of an answer stand in its text, and what of the text is no prose. */
export interface AnswerPlaces {
  blocks: PlacedBlock[];
  /** Code and image texts: a term inside is no mention. In order, not overlapping; URLs the matcher finds itself. */
  masked: [number, number][];
}

const WHERE: Readonly<Record<string, SeenMention['where']>> = {
  paragraph: 'paragraph',
  quote: 'paragraph',
  heading: 'heading',
  list: 'list',
  table: 'table',
};

/** Finds the blocks in `answer.text`, which is their texts in order (DESIGN.md, *Contracts*). */
export function answerPlaces(answer: Answer): AnswerPlaces {
  const blocks: PlacedBlock[] = [];
  const masked: [number, number][] = [];
  let cursor = 0;
  for (const block of answer.blocks) {
    const start = answer.text.indexOf(block.text, cursor);
    if (start < 0 || block.text === '') continue;
    const end = start + block.text.length;
    cursor = end;
    if (block.type === 'code' || block.type === 'image') masked.push([start, end]);
    const items = block.items === undefined ? [] : placeItems(answer.text, block.items, start);
    blocks.push({ start, end, where: WHERE[block.type] ?? 'other', items });
  }
  return { blocks, masked };
}

function placeItems(text: string, items: readonly ListItem[], from: number): PlacedItem[] {
  const placed: PlacedItem[] = [];
  let cursor = from;
  items.forEach((item, index) => {
    const start = text.indexOf(item.text, cursor);
    if (start < 0) return;
    cursor = start + item.text.length;
    const nested = placeItems(text, item.items ?? [], cursor);
    cursor = nested.at(-1)?.end ?? cursor;
    // A mention in a nested item belongs to the place of the item that holds it.
    placed.push({ start, end: cursor, rank: items.length >= RANKED_FROM ? index + 1 : null });
  });
  return placed;
}

/** What kind of block an offset stands in, and the place of its item where the block is a ranking. */
export function placeOf(places: AnswerPlaces, offset: number): Pick<SeenMention, 'where' | 'listRank'> {
  const block = places.blocks.find(({ start, end }) => start <= offset && offset < end);
  if (block === undefined) return { where: 'other', listRank: null };
  const item = block.items.find(({ start, end }) => start <= offset && offset < end);
  return { where: block.where, listRank: item?.rank ?? null };
}
