import type { DraftSource } from '../../src/contract/extraction.ts';
import { type CheerioAPI, type Element, elementsOf, foldSpace } from '../../src/extract/dom.ts';
import { datedSnippet, labelTitle, textRuns } from './card-texts.ts';
import { readLinkCards } from './link-cards.ts';
import type { CitationPayloads, SourcePayload } from './payloads.ts';
import { resolveLink } from './source-links.ts';

/** Key of a source that has an id of Google's own. */
export function keyOfId(id: string): string {
  return `src:${id}`;
}

/**
 * The sources of an answer: the tray's cards in their order (`position`), then cards shown elsewhere, then what only
 * payloads tell. The tray is the full dialog, present though hidden; without it the visible column, else any cards.
 */
export function readSources($: CheerioAPI, root: Element, payloads: CitationPayloads): DraftSource[] {
  const cards = $(root).find('[data-src-id]').toArray().filter(hasLink);
  const tray = trayOf($, cards);
  const drafts = new Map<string, DraftSource>();
  for (const card of tray) {
    const draft = readCard($, card, payloads, drafts.size + 1);
    if (!drafts.has(draft.key)) drafts.set(draft.key, draft);
  }
  for (const card of cards) {
    const draft = readCard($, card, payloads, null);
    if (!drafts.has(draft.key)) drafts.set(draft.key, draft);
  }
  for (const payload of payloads.sources.values()) {
    const key = keyOfId(payload.id);
    if (!drafts.has(key)) drafts.set(key, draftOfPayload(payload));
  }
  return drafts.size > 0 ? [...drafts.values()] : readLinkCards($, root);
}

function hasLink(card: Element): boolean {
  for (const element of elementsOf(card))
    if (element.name === 'a' && element.attribs.href !== undefined) return true;
  return false;
}

function trayOf($: CheerioAPI, cards: readonly Element[]): Element[] {
  const within = (css: string): Element[] => cards.filter((card) => $(card).closest(css).length > 0);
  const dialog = within('[data-type="hovc"]');
  if (dialog.length > 0) return dialog;
  const column = within('[data-container-id="rhs-col"]');
  if (column.length > 0) return column;
  return cards.filter((card) => $(card).closest('[data-skip-highlighting]').length === 0);
}

function readCard(
  $: CheerioAPI,
  card: Element,
  payloads: CitationPayloads,
  position: number | null,
): DraftSource {
  const id = card.attribs['data-src-id'] ?? '';
  const payload = payloads.sources.get(id);
  const link = $(card).find('a[href]').first();
  const shown = shownParts($, card);
  const favicon = $(card)
    .find('img')
    .toArray()
    .map(imageAddress)
    .find((address) => /faviconV2/i.test(address));
  const publisher = shown.publisher ?? payload?.publisher ?? null;
  return {
    key: keyOfId(id),
    ...resolveLink([link.attr('href'), payload?.url], {
      favicon: favicon ?? payload?.favicon,
      origin: payload?.origin,
      publisher,
    }),
    title: shown.title ?? payload?.title ?? labelTitle(link.attr('aria-label')),
    publisher,
    ...datedSnippet(shown.snippet ?? payload?.snippet ?? null),
    position,
    providerRef: id,
  };
}

function imageAddress(image: Element): string {
  return image.attribs['data-src'] ?? image.attribs.src ?? '';
}

interface ShownParts {
  title: string | null;
  snippet: string | null;
  publisher: string | null;
}

/**
 * The words of a card in their order: title, snippet, publisher (2025-11 → 2026-06). What is marked says so itself;
 * otherwise the first text is the title and the last the publisher. Buttons and their labels are no words of a card.
 */
function shownParts($: CheerioAPI, card: Element): ShownParts {
  const marked = $(card).find('[data-crb-snippet-text]').first();
  const markedSnippet = marked.length > 0 ? foldSpace(marked.text()) : null;
  const texts = textRuns(card).filter((text) => text !== markedSnippet);
  const [title = null, ...rest] = texts;
  // A video names its channel after its site ("YouTube · Channel").
  const publisher = rest.at(-2) === '·' ? rest.slice(-3).join(' ') : (rest.at(-1) ?? null);
  const snippet = markedSnippet ?? (rest.length > 1 ? (rest[0] ?? null) : null);
  return { title, snippet, publisher };
}

/** A source no card shows. */
function draftOfPayload(payload: SourcePayload): DraftSource {
  return {
    key: keyOfId(payload.id),
    ...resolveLink([payload.url], payload),
    title: payload.title,
    publisher: payload.publisher,
    ...datedSnippet(payload.snippet),
    position: null,
    providerRef: payload.id,
  };
}
