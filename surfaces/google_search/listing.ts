import type { Element } from '../../src/extract/dom.ts';
import { foldSpace, isElement, visibleText } from '../../src/extract/dom.ts';
import type { Entry } from '../google/listing.ts';
import { isNewsCard } from '../google/news-cards.ts';
import { isTakenAway } from '../google/sight.ts';
import { isTextAd, readTextAd } from './ads.ts';
import { isImageCard, readCard, readImage, readStory, readVideo } from './cards.ts';
import { isPanelTitle, readPanel } from './knowledge.ts';
import { readWebResult } from './organic.ts';
import { isBesideListing, type ResultsPage } from './page.ts';
import { isProductCard, readProduct } from './products.ts';

/** Where the walk stands: the part of the page, and the heading of the block it is in. */
interface Place {
  position: Entry['position'];
  section: string;
}

/**
 * Everything the page lists, in document order: ads, web results with their sitelinks, stories, videos, posts, images,
 * places, products, panels. One walk; an element that was read is not entered again. Questions, related searches and
 * the AI Overview are no part of it.
 */
export function readListing(page: ResultsPage): Entry[] {
  const entries: Entry[] = [];
  const place: Place = { position: 'main', section: '' };
  const root = page.$('#cnt').get(0) ?? page.$('body').get(0) ?? page.$('#search, #rso').get(0);
  if (root !== undefined) walk(root, page, place, entries);
  return entries;
}

function walk(parent: Element, page: ResultsPage, place: Place, entries: Entry[]): void {
  for (const element of parent.children) {
    if (!isElement(element) || isTakenAway(element)) continue;
    if (element === page.overview || isBesideListing(element)) continue;
    const position = positionOf(element) ?? place.position;
    const found = readElement(element, page, { ...place, position });
    if (found !== undefined) {
      entries.push(...found.map((entry) => ({ ...entry, position })));
      if (found.some(({ type }) => type === 'organic' || type === 'ad')) place.section = '';
      continue;
    }
    place.section = sectionHeading(element) ?? place.section;
    const inner = { ...place, position };
    walk(element, page, inner, entries);
    place.section = inner.section;
  }
}

function readElement(element: Element, page: ResultsPage, { position, section }: Place): Entry[] | undefined {
  if (isTextAd(element)) return readTextAd(element, page);
  if (isProductCard(element)) return readProduct(element, page);
  if (isPanelTitle(element)) return readPanel(element, page);
  if (position === 'right') return undefined;
  if (isNewsCard(element)) return readStory(element, page, section);
  if (isVideoCard(element, page)) return readVideo(element, page, section);
  if (page.titles.has(element)) return readWebResult(element, page);
  if (isImageCard(element)) return readImage(element, page);
  return isCardHeading(element) ? readCard(element, page, section) : undefined;
}

/** A player that is not the body of a web result of its own. */
function isVideoCard(element: Element, page: ResultsPage): boolean {
  if (element.attribs['data-curl'] === undefined) return false;
  return page.$(element).find('a[href] h3').length === 0;
}

function isCardHeading({ attribs }: Element): boolean {
  return attribs.role === 'heading' && attribs['aria-level'] === '3';
}

function sectionHeading(element: Element): string | undefined {
  const { name, attribs } = element;
  const isHeading = name === 'h2' || (attribs.role === 'heading' && attribs['aria-level'] === '2');
  return isHeading ? foldSpace(visibleText(element)) : undefined;
}

const TOP = /^(?:taw|tvcap|tads|atvcap|Odp5De|topstuff|appbar|before-appbar|top_nav)$/;
const BOTTOM = /^(?:bottomads|tadsb)$/;

function positionOf({ attribs }: Element): Entry['position'] | undefined {
  const id = attribs.id ?? '';
  if (TOP.test(id)) return 'top';
  if (BOTTOM.test(id)) return 'bottom';
  if (id === 'rhs') return 'right';
  return id === 'rso' || id === 'search' ? 'main' : undefined;
}
