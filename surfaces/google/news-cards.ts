import { type CheerioAPI, type Element, elementsOf, foldSpace, visibleText } from '../../src/extract/dom.ts';
import { textRuns } from './card-texts.ts';
import { attributesField, type Entry, emptyEntry, isoOfSeconds, linkFields } from './listing.ts';
import { resolveLink } from './source-links.ts';

/** A card of the News tab, of Top stories, and of posts shown as stories (2025-06 →; before, the link; google_news.md 2). */
export function isNewsCard({ name, attribs }: Element): boolean {
  if (attribs['data-news-cluster-id'] !== undefined) return true;
  return name === 'a' && attribs.href !== undefined && attribs.jsname === 'YKoRaf';
}

/** Where the publisher stands: a story names it above its title, a post names its author below. */
export type NewsCardForm = 'story' | 'post';

export interface NewsCard {
  form: NewsCardForm;
  entry: Entry;
}

/**
 * Reads a news card: title from its heading, time from `data-ts` (seconds, UTC) or else as shown, cluster id in the
 * attributes (`0` means that the story stands alone and is left out). The title's label stands in where a video card
 * has no heading. `type` is `news`; the caller knows where the card stands.
 */
export function readNewsCard($: CheerioAPI, card: Element): NewsCard {
  const heading = $(card).find('[role="heading"]').get(0);
  const player = $(card).find('[data-curl] [role="button"][aria-label]').first().attr('aria-label');
  const title = heading === undefined ? (player ?? null) : foldSpace(visibleText(heading));
  const inside = $(card).find('a[href]').first().attr('href');
  const link = card.attribs.href ?? inside ?? $(card).find('[data-curl]').attr('data-curl');
  const time = $(card).find('[data-ts]').first();
  const sides = heading === undefined ? { above: [], below: textRuns(card) } : sidesOf(card, heading);
  const above = sides.above.filter((text) => !isDuration(text));
  const below = sides.below.filter((text) => !isDuration(text) && !/^[.·•,]+$/.test(text));
  const timeText = time.length === 0 ? null : foldSpace(time.text());
  const rest = below.filter((text) => text !== timeText && text !== title);
  const publisher = above[0] ?? rest.find((text) => text.length <= 60 && !/^\p{N}/u.test(text)) ?? null;
  const isShort = (text: string): boolean => text.length < 25 && /\p{N}/u.test(text);
  const shownTime = timeText ?? rest.findLast(isShort) ?? null;
  const isStory = above.length > 0 && heading !== undefined;
  const snippet =
    rest.find((text) => text !== publisher && text !== shownTime && (isStory || text.length > 30)) ?? null;
  const form = isStory ? 'story' : 'post';
  return {
    form,
    entry: {
      ...emptyEntry('news', title === '' ? null : title),
      ...linkFields(resolveLink([link], { publisher })),
      publisher,
      snippet,
      publishedAt: isoOfSeconds(time.attr('data-ts')) ?? shownTime,
      ...attributesField(cardAttributes(card, timeText)),
    },
  };
}

function cardAttributes({ attribs }: Element, timeText: string | null): Record<string, string> {
  const cluster = attribs['data-news-cluster-id'];
  const docId = attribs['data-news-doc-id'];
  return {
    ...(cluster === undefined || cluster === '0' || cluster === '' ? {} : { cluster }),
    ...(docId === undefined || docId === '' ? {} : { docId }),
    ...(timeText === null ? {} : { timeShown: timeText }),
  };
}

const isDuration = (text: string): boolean => /^\d{1,2}(?::\d{2}){1,2}$/.test(text);

/** Texts of a card before and after its heading. */
function sidesOf(card: Element, heading: Element): { above: string[]; below: string[] } {
  const above: string[] = [];
  const below: string[] = [];
  let passed = false;
  const inHeading = new Set(elementsOf(heading));
  const collect = (element: Element): void => {
    if (inHeading.has(element)) {
      passed = true;
      return;
    }
    if ([...elementsOf(element)].some((inner) => inner === heading)) {
      for (const child of element.children) if ('attribs' in child) collect(child);
      return;
    }
    (passed ? below : above).push(...textRuns(element));
  };
  collect(card);
  return { above, below };
}
