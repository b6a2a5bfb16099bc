import { closest, type Element, foldSpace, visibleText } from '../../src/extract/dom.ts';
import { textRuns } from '../google/card-texts.ts';
import { attributesField, type Entry, emptyEntry, linkFields } from '../google/listing.ts';
import { readNewsCard } from '../google/news-cards.ts';
import { resolveLink } from '../google/source-links.ts';
import { isOwnSearch } from './organic.ts';
import type { ResultsPage } from './page.ts';
import { typeOfSection, typeOfSite } from './sections.ts';

/** A story or a post among web results; the block's heading decides, else the card's own form. */
export function readStory(card: Element, page: ResultsPage, section: string): Entry[] {
  const { entry, form } = readNewsCard(page.$, card);
  const headed = typeOfSection(section);
  const type =
    headed === 'perspective' || headed === 'top_story'
      ? headed
      : form === 'story'
        ? 'top_story'
        : 'perspective';
  return entry.title === null && entry.url === null && entry.wrappedUrl === undefined
    ? []
    : [{ ...entry, type }];
}

/** A video of a carousel or a list: the player's element names the film (`data-curl`; 2024-03 → 2026-02). */
export function readVideo(card: Element, page: ResultsPage, section: string): Entry[] {
  const { $ } = page;
  const heading = $(card).find('[role="heading"]').get(0);
  const label = $(card).find('[role="button"][aria-label]').first().attr('aria-label');
  const title = heading === undefined ? shownTitle(card, label) : cardTitle(heading);
  if (title === null) return [];
  const links = $(card).find('a[href]').toArray();
  const link = links.find(({ attribs }) => !isOwnSearch(attribs.href ?? ''));
  const address = link?.attribs.href ?? card.attribs['data-curl'];
  const type = typeOfSection(section) === 'perspective' ? 'perspective' : 'video';
  return [
    { ...emptyEntry(type, title), ...linkFields(resolveLink([address], {})), ...videoTexts(card, title) },
  ];
}

/** A player's label is its title and, localised, where it plays; the title also stands on the card, perhaps cut. */
function shownTitle(card: Element, label: string | undefined): string | null {
  if (label === undefined) return null;
  const shown = textRuns(card).find((text) => {
    const start = text.replace(/\s*(?:…|\.{3})$/u, '');
    return start.length > 8 && label.startsWith(start);
  });
  return shown ?? label;
}

/** "4:05" or "1:02:30" on the picture; `00:00` is an idle player's. */
const DURATION_CLOCK = /(?:^|\s)((?!00:00)\d{1,2}(?::\d{2}){1,2})(?:\s|$)/;

/** Words of a video card beside its title: the site, the channel, the time; each may stand twice. */
function videoTexts(card: Element, title: string): Partial<Entry> {
  const runs = [...new Set(textRuns(card))].filter(
    (text) => text !== title && !title.startsWith(text) && !/^[·•\s]*$/.test(text) && text !== '00:00',
  );
  const duration = DURATION_CLOCK.exec(visibleText(card))?.[1];
  const words = runs.filter((text) => text !== duration && text.length <= 60);
  const publishedAt = words.find((text) => /\p{N}/u.test(text) && text.length <= 30) ?? null;
  const names = words
    .map((text) => text.replace(/^[·•\s]+/, ''))
    .filter((text) => text !== publishedAt && text !== '');
  return {
    publisher: names[0] ?? null,
    publishedAt,
    ...attributesField({
      ...(names[1] === undefined ? {} : { channel: names[1] }),
      ...(duration === undefined ? {} : { duration }),
    }),
  };
}

/** The title of a card without the lines below it that some headings also hold (2026-02). */
function cardTitle(heading: Element): string | null {
  const lines = visibleText(heading).split('\n').map(foldSpace);
  return lines.find((line) => line !== '') ?? null;
}

/** Any other card, told by its heading: post, image, recipe, job, place. Undefined when it leads nowhere. */
export function readCard(heading: Element, page: ResultsPage, section: string): Entry[] | undefined {
  const title = cardTitle(heading);
  if (title === null) return undefined;
  const box = page.boxOf(heading);
  const link = webLink(page, heading, box);
  const headed = typeOfSection(section);
  // A heading over further cards, "Also in the news" or the like, is no card.
  if (typeOfSection(title) !== undefined && closest(heading, ({ name }) => name === 'a') === undefined)
    return undefined;
  if (link === undefined) return isPlace(page, box, headed) ? [readPlace(page, box, title)] : undefined;
  const resolved = linkFields(resolveLink([link.attribs.href], {}));
  const runs = textRuns(box).filter((text) => text !== title && !/^[·•\s]*$/.test(text));
  const time = timeOf(runs);
  const publisher = runs.find((text) => text.length <= 60 && text !== time) ?? null;
  const snippet = runs.filter((text) => text !== publisher && text.length > 40)[0] ?? null;
  return [
    {
      ...emptyEntry(headed ?? typeOfSite(resolved.domain), title),
      ...resolved,
      publisher,
      snippet,
      publishedAt: time,
    },
  ];
}

const DURATION =
  /^(?:\p{N}+\s?(?:h|hrs?|hours?|m|mins?|minutes?|s|secs?|seconds?|Std|Stunden?|Min|Minuten?|Sekunden?|分|時間|мин|ч)[.,]?\s*)+$/iu;

/** The last short text that begins with a number or a month: a length ("30 minutes") stands before the date. */
function timeOf(runs: readonly string[]): string | null {
  const times = runs.filter(
    (text) =>
      text.length <= 24 &&
      /^(?:\p{L}{3,4}\.? )?\p{N}{1,4}(?:\b|\p{L})/u.test(text) &&
      /\p{L}/u.test(text) &&
      !/[$€£+%]/.test(text) &&
      !DURATION.test(text),
  );
  return times.at(-1) ?? null;
}

function webLink(page: ResultsPage, heading: Element, box: Element): Element | undefined {
  const around = closest(heading, ({ name, attribs }) => name === 'a' && attribs.href !== undefined);
  const inside = page.$(box).find('a[href]').toArray();
  return [around, ...inside].find((link) => link !== undefined && !isOwnSearch(link.attribs.href ?? ''));
}

/** A business: a card that opens inside the page, with a rating or below a heading for places (2023-04). */
function isPlace(page: ResultsPage, box: Element, headed: Entry['type'] | undefined): boolean {
  if (headed !== undefined && headed !== 'local') return false;
  return page.$(box).find('a[role="link"]:not([href])').length > 0;
}

function readPlace(page: ResultsPage, box: Element, title: string): Entry {
  const runs = textRuns(box).filter((text) => text !== title);
  const label = page.$(box).find('[role="img"][aria-label]').first().attr('aria-label') ?? '';
  const rating = /\d[.,]\d/.exec(label)?.[0].replace(',', '.');
  const details = runs.filter((text) => /\p{L}{3}/u.test(text)).slice(0, 4);
  return {
    ...emptyEntry('local', title),
    snippet: details.length === 0 ? null : details.join(' '),
    ...attributesField(rating === undefined ? {} : { rating }),
  };
}

/** An image of the images block: its own element names the page it stands on (2024-03), or links there (2026-02). */
export function readImage(card: Element, page: ResultsPage): Entry[] {
  const { $ } = page;
  const address = card.attribs['data-lpage'] ?? $(card).find('a[href]').first().attr('href');
  const resolved = linkFields(resolveLink([address], {}));
  const [shown = $(card).find('img[alt]').first().attr('alt') ?? null, publisher = null] = textRuns(card);
  const title = shown === '' ? null : shown;
  if (resolved.url === null && title === null) return [];
  return [{ ...emptyEntry('image', title), ...resolved, publisher }];
}

/** An entry of the images block. */
export function isImageCard({ attribs }: Element): boolean {
  return (
    attribs['data-lpage'] !== undefined ||
    (attribs['data-viewer-entrypoint'] !== undefined &&
      (attribs['data-docid'] !== undefined || attribs['data-vhid'] !== undefined))
  );
}
