import { type CheerioAPI, type Element, isElement } from '../../src/extract/dom.ts';
import type { Entry } from '../google/listing.ts';
import { readNewsCard } from '../google/news-cards.ts';
import { isShown } from '../google/sight.ts';
import { NEWS_CARD } from './selectors.ts';

/**
 * Stories of the News tab in their order. Marked cards first; pages that do not mark them are read by their links
 * (google_news.md 2). A card without a title and a link is none.
 */
export function readTab($: CheerioAPI): Entry[] {
  for (const css of NEWS_CARD.any) {
    const entries = $(css)
      .toArray()
      .filter(isElement)
      .filter((card) => isShown(card) && isOutermost($, card, css))
      .map((card) => readNewsCard($, card).entry)
      .filter(({ title, url, wrappedUrl }) => title !== null && (url !== null || wrappedUrl !== undefined));
    if (entries.length > 0) return entries;
  }
  return [];
}

function isOutermost($: CheerioAPI, card: Element, css: string): boolean {
  return $(card).parents(css).length === 0;
}
