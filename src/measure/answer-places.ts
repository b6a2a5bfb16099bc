import { parse as parseHost } from 'tldts';
import type { Answer, ListItem } from '../contract/envelope.ts';
import type { SeenMention } from './observation.ts';
import type { Stretch } from './sentences.ts';

/** From this many items on a list is a ranking, not a couple of bullet points (specs/analysis.md C.3). */
const RANKED_FROM = 3;

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
  /** URLs, code and image texts: a term inside is no mention. In order, not overlapping. */
  masked: [number, number][];
}

const WHERE: Readonly<Record<string, SeenMention['where']>> = {
  paragraph: 'paragraph',
  quote: 'paragraph',
  heading: 'heading',
  list: 'list',
  table: 'table',
};

/**
 * Finds the blocks in `answer.text`, which is their texts in order (DESIGN.md, *Contracts*). `spared`: host-like names
 * that are terms themselves (`booking.com`), lower case, and therefore not masked.
 */
export function answerPlaces(answer: Answer, spared: ReadonlySet<string>): AnswerPlaces {
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
  return { blocks, masked: merged([...masked, ...urlsIn(answer.text, spared)]) };
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

/** Everything but white space and what parts a URL from the text around it; other scripts end it, too. */
const URL_CHARACTER = /[!#-&(-;=?-~]/;

/** Looks only where a dot stands between two characters: a pattern over the whole text costs ten times as much. */
function urlsIn(text: string, spared: ReadonlySet<string>): [number, number][] {
  const urls: [number, number][] = [];
  let from = 0;
  for (let dot = text.indexOf('.'); dot >= 0; dot = text.indexOf('.', Math.max(from, dot + 1))) {
    if (!isUrlCharacter(text, dot - 1) || !isUrlCharacter(text, dot + 1)) continue;
    let start = dot;
    let end = dot;
    while (start > from && isUrlCharacter(text, start - 1)) start--;
    while (isUrlCharacter(text, end)) end++;
    from = end;
    const found = text.slice(start, end).replace(/[.,;:!?)\]}*_]+$/, '');
    const bare = found.replace(/^[([{*_]+/, '');
    if (isUrl(bare, spared)) urls.push([start + found.length - bare.length, start + found.length]);
  }
  return urls;
}

function isUrlCharacter(text: string, at: number): boolean {
  return at >= 0 && at < text.length && URL_CHARACTER.test(text.charAt(at));
}

function isUrl(bare: string, spared: ReadonlySet<string>): boolean {
  if (/^(?:https?:\/\/|www\.)|.@./i.test(bare)) return true;
  const [host = ''] = bare.split('/');
  return !spared.has(host.toLowerCase()) && parseHost(host).isIcann === true;
}

function merged(ranges: readonly [number, number][]): [number, number][] {
  const result: [number, number][] = [];
  for (const [start, end] of [...ranges].sort(([a], [b]) => a - b)) {
    const last = result.at(-1);
    if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], end);
    else result.push([start, end]);
  }
  return result;
}
