import { arrayOf, isJson, type Json, textOf } from './wire.ts';

/** One page an answer cites, as the wire names it. */
export interface WireCitation {
  url: string;
  title: string;
  publisher: string;
}

/** A citation and where it arrived: an offset in its part's text, or null where that is not known. */
export interface PlacedCitation extends WireCitation {
  at: number | null;
}

/** One part of a message: its text so far, and what was cited while it was written. */
export interface TextPart {
  id: string;
  text: string;
  citations: PlacedCitation[];
}

/** One answer of Copilot, put together from events or read from a finished conversation. */
export interface Message {
  id: string;
  parts: TextPart[];
  images: { url: string; prompt: string }[];
  /** Types of cards that came with it (ads, product, weather, …); their payloads are not public. */
  cards: string[];
  /** The wire said that it is over. */
  ended: boolean;
}

export function emptyMessage(id: string): Message {
  return { id, parts: [], images: [], cards: [], ended: false };
}

/** The part of that id, made when it is new; without an id the last one. */
export function partOf(message: Message, id: string): TextPart {
  const known = id === '' ? message.parts.at(-1) : message.parts.find((part) => part.id === id);
  if (known !== undefined) return known;
  const part: TextPart = { id, text: '', citations: [] };
  message.parts.push(part);
  return part;
}

/** A citation as events and finished conversations give it. */
export function citationOf(value: Json): WireCitation {
  return {
    url: textOf(value.url),
    title: textOf(value.title),
    publisher: textOf(value.publisher) || textOf(value.provider) || textOf(value.siteName),
  };
}

export function hasText(message: Message): boolean {
  return message.parts.some(({ text }) => text.trim() !== '');
}

/**
 * The newest answer of a conversation that the page read as a whole: history (`results`) and shares (`messages`), newest
 * first (copilot.md d, g; 2026-08). Undefined when there is none, or when the newest message is a prompt.
 */
export function messageOfConversation(body: Json): Message | undefined {
  const all = [...arrayOf(body.results), ...arrayOf(body.messages)].filter(isJson);
  const newest = all.reduce<Json | undefined>(
    (best, item) => (best === undefined || textOf(item.createdAt) > textOf(best.createdAt) ? item : best),
    undefined,
  );
  if (newest === undefined || authorOf(newest) !== 'ai') return undefined;
  const message = { ...emptyMessage(textOf(newest.id)), ended: true };
  for (const item of [...arrayOf(newest.content), ...arrayOf(newest.parts)].filter(isJson))
    addItem(message, item);
  return message;
}

function authorOf({ author }: Json): string {
  return isJson(author) ? textOf(author.type) : textOf(author);
}

/** Texts that a citation parts are one text; neighbours are parts of their own. */
function addItem(message: Message, item: Json): void {
  const type = textOf(item.type);
  const last = message.parts.at(-1);
  if (type === 'text') {
    const goesOn = last !== undefined && last.citations.at(-1)?.at === last.text.length;
    const part = goesOn ? last : partOf(message, `content-${message.parts.length}`);
    part.text += textOf(item.text);
  } else if (type === 'citation') {
    const part = partOf(message, '');
    part.citations.push({ ...citationOf(item), at: part.text.length });
  } else if (type === 'image') message.images.push({ url: textOf(item.url), prompt: textOf(item.prompt) });
  else if (type === 'card') message.cards.push(cardType(item));
}

/** What kind of card it is; `unknown` where it does not say. */
export function cardType(item: Json): string {
  const card = isJson(item.card) ? item.card : item;
  return textOf(card.cardType) || (textOf(card.type) !== 'card' ? textOf(card.type) : '') || 'unknown';
}
