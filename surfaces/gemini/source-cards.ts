import type { DraftSource } from '../../src/contract/extraction.ts';
import { type CheerioAPI, closest, type Element, elementsOf, foldSpace } from '../../src/extract/dom.ts';
import { canonicalUrl, domainOf, unwrapUrl } from '../../src/extract/urls.ts';
import type { Find } from './page-index.ts';
import { REPORT_SOURCES } from './selectors.ts';

/** One entry of a source list, in the list's own order; footnotes count these. */
export interface SourceCard {
  draft: DraftSource;
  /** What a chip may call it. */
  names: string[];
}

/** Links of the product's own, in panels beside the sources. */
const OWN_LINK =
  /^https?:\/\/(?:support|policies|accounts|gemini|myaccount|business)\.(?:google|gemini)\.[a-z.]+\//i;
const CARD_LINKS =
  'inline-source-card a[href], context-sidebar a[href], side-bar-sources a[href], multi-source-hovered-card a[href], sources-list a[href]';

/**
 * Sources of the answer from wherever the page shows them with an address: the side panel, hover cards, the footer's
 * list (gemini.md e, 2026-05…08). Each entry once, in order.
 */
export function answerCards($: CheerioAPI, find: Find): SourceCard[] {
  const seen = new Set<Element>();
  const cards = find(CARD_LINKS).flatMap((link) => {
    const card = closest(link, ({ name }) => name === 'inline-source-card') ?? link;
    if (seen.has(card)) return [];
    seen.add(card);
    return cardOf($, card, link) ?? [];
  });
  const panel = cards.filter(({ inPanel }) => inPanel);
  // Hover cards repeat what the panel lists, in another order; the panel's order is the one footnotes count.
  const listed = new Set(panel.map(({ draft }) => draft.key));
  const rest = cards.filter(({ inPanel, draft }) => !inPanel && !listed.has(draft.key));
  return [...panel, ...rest];
}

interface PlacedCard extends SourceCard {
  inPanel: boolean;
}

function cardOf($: CheerioAPI, card: Element, link: Element): PlacedCard | undefined {
  const site = foldSpace($(card).find('.header').first().text());
  const named = foldSpace($(card).find('.title').first().text());
  const leaves = leafTexts(card);
  const title = named || (leaves.length > 1 ? leaves[1] : leaves[0]) || null;
  const publisher = site || (leaves.length > 1 && leaves[0] !== title ? (leaves[0] ?? null) : null);
  const snippet = leaves.filter((text) => text !== title && text !== publisher).join(' ');
  const inPanel =
    closest(card, ({ name }) => name === 'context-sidebar' || name === 'side-bar-sources') !== undefined;
  const draft = draftOf(link.attribs.href ?? '', { title, publisher, snippet: snippet || null });
  return draft && { draft, names: namesOf(draft), inPanel };
}

/** Texts of the innermost elements, icons left out: what a card shows, line by line, whatever its classes are. */
function leafTexts(card: Element): string[] {
  const texts = [...elementsOf(card)]
    .filter(({ name }) => !/^(?:mat-icon|gem-icon|svg|img|button)$/.test(name))
    .map((element) =>
      foldSpace(element.children.map((child) => (child.type === 'text' ? child.data : '')).join(' ')),
    );
  return texts.filter((text) => text !== '');
}

/** The report's lists: used ones first, as footnotes count them (gemini.md e, 2026-01). */
export function reportCards($: CheerioAPI, find: Find): { used: SourceCard[]; unused: SourceCard[] } {
  const unused: SourceCard[] = [];
  const used: SourceCard[] = [];
  for (const link of find(`${REPORT_SOURCES} a[href]`)) {
    const item = closest(link, ({ name }) => name === 'browse-web-item') ?? link;
    const publisher = foldSpace($(item).find('[data-test-id="domain-name"]').first().text()) || null;
    const title =
      foldSpace($(item).find('[data-test-id="sub-title"]').first().text()) ||
      foldSpace($(link).text()) ||
      null;
    const draft = draftOf(link.attribs.href ?? '', { title, publisher, snippet: null });
    if (draft === undefined) continue;
    const isUnused = closest(item, ({ attribs }) => /\bunused-sources\b/.test(attribs.class ?? ''));
    (isUnused === undefined ? used : unused).push({ draft, names: namesOf(draft) });
  }
  return { used, unused };
}

function draftOf(
  href: string,
  shown: Pick<DraftSource, 'title' | 'publisher' | 'snippet'>,
): DraftSource | undefined {
  if (OWN_LINK.test(href)) return undefined;
  const { url, wrappedUrl } = unwrapUrl(href);
  const key = url === null ? wrappedUrl : canonicalUrl(url);
  if (key === undefined) return undefined;
  return {
    key,
    url,
    ...(wrappedUrl === undefined ? {} : { wrappedUrl }),
    ...shown,
    snippet: shown.snippet ?? (url === null ? null : quotedText(url)),
    publishedAt: null,
    position: null,
    providerRef: null,
  };
}

/** The source's own words a text fragment quotes: `#:~:text=[prefix-,]start[,end][,-suffix]`. */
function quotedText(url: string): string | null {
  const directive = /:~:text=([^&]+)/.exec(url)?.[1];
  if (directive === undefined) return null;
  const parts = directive.split(',').filter((part) => !part.endsWith('-') && !part.startsWith('-'));
  try {
    return parts.map(decodeURIComponent).join(' … ') || null;
  } catch {
    return null; // Percent signs that encode nothing: the address is shown as it is, it just quotes no words.
  }
}

/** Without what differs between a chip's label and a card's heading: case, blanks, punctuation. */
export function plainName(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');
}

function namesOf({ publisher, title, url }: DraftSource): string[] {
  const domain = url === null ? undefined : domainOf(url);
  const names = [publisher, domain, domain?.split('.').at(-2), domain?.split('.')[0], title];
  return [...new Set(names.flatMap((name) => (name ? plainName(name) : [])))].filter((name) => name !== '');
}

/** Each source once, numbered as the surface lists it. */
export function sourcesOf(cards: readonly SourceCard[]): DraftSource[] {
  const once = new Map<string, DraftSource>();
  cards.forEach(({ draft }, index) => {
    if (!once.has(draft.key)) once.set(draft.key, { ...draft, position: index + 1 });
  });
  return [...once.values()];
}
