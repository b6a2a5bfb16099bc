import type { DraftSource } from '../../src/contract/extraction.ts';
import {
  type AnyNode,
  type CheerioAPI,
  type Element,
  elementsOf,
  foldSpace,
  isElement,
  visibleText,
} from '../../src/extract/dom.ts';
import { canonicalUrl } from '../../src/extract/urls.ts';
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
  return [...drafts.values()];
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

/** A link's label is the title and, localised, "Opens in new tab.". */
export function labelTitle(label: string | undefined): string | null {
  const title = label?.replace(/[.。]\s+[^.。]{4,60}[.。]?$/u, '').trim() ?? '';
  return title === '' ? null : title;
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
  const publisher = rest.at(-1) ?? null;
  const snippet = markedSnippet ?? (rest.length > 1 ? (rest[0] ?? null) : null);
  return { title, snippet, publisher };
}

/** Texts of the innermost elements that hold text of their own, each folded. */
export function textRuns(node: AnyNode): string[] {
  if (!isElement(node)) return [];
  if (/^(?:button|svg|script|style|img)$/.test(node.name) || node.attribs.role === 'button') return [];
  const own = node.children.some((child) => child.type === 'text' && child.data.trim() !== '');
  if (own) return [visibleText(node)].map(foldSpace).filter((text) => text !== '');
  return node.children.flatMap(textRuns);
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

const DATE_PREFIX =
  /^(\d{1,2}[./]\d{1,2}[./]\d{4}|\d{4}-\d{2}-\d{2}|\p{L}{3,9}\.? \d{1,2}, \d{4}|\d{1,2}\.? (?:de )?\p{L}{3,10}\.?(?: de)? \d{4}|\d{4}[年/.]\d{1,2}[月/.]\d{1,2}日?) [—–-] /u;

/** Snippet and the date Google puts before it ("Dec 28, 2024 — …"), as shown; the snippet keeps it. */
export function datedSnippet(snippet: string | null): Pick<DraftSource, 'snippet' | 'publishedAt'> {
  return { snippet, publishedAt: snippet === null ? null : (DATE_PREFIX.exec(snippet)?.[1] ?? null) };
}

/** Source of a card that has no id: known by its address. */
export function keyOfUrl(url: string): string {
  return canonicalUrl(url) ?? url;
}
