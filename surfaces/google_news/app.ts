import { type CheerioAPI, type Element, foldSpace, isElement, visibleText } from '../../src/extract/dom.ts';
import { domainOf } from '../../src/extract/urls.ts';
import { textRuns } from '../google/card-texts.ts';
import { attributesField, type Entry, emptyEntry } from '../google/listing.ts';
import { isShown } from '../google/sight.ts';
import { type AppLink, readAppLink } from './app-links.ts';
import { APP_LINK_CSS } from './selectors.ts';

interface Story {
  link: AppLink;
  anchors: Element[];
}

/**
 * Stories of news.google.com in their order: one per token, read from the box that holds only its links. Structure
 * known from others' code only (google_news.md 4): `time[datetime]`, `data-n-tid`, labels and the links are what stayed
 * through three generations.
 */
export function readApp($: CheerioAPI): Entry[] {
  const stories = storiesOf($);
  const counts = new Map<Element, Set<string>>();
  for (const { link, anchors } of stories.values()) {
    for (const anchor of anchors) {
      for (let node = anchor.parent; node !== null && isElement(node); node = node.parent) {
        const tokens = counts.get(node) ?? new Set<string>();
        counts.set(node, tokens.add(link.token));
      }
    }
  }
  return [...stories.values()].flatMap((story) => readStory($, story, counts));
}

function storiesOf($: CheerioAPI): Map<string, Story> {
  const stories = new Map<string, Story>();
  for (const anchor of $(APP_LINK_CSS).toArray()) {
    const link = readAppLink(anchor.attribs.href ?? '', anchor.attribs.jslog);
    if (link === undefined || !isShown(anchor)) continue;
    const known = stories.get(link.token);
    if (known === undefined) stories.set(link.token, { link, anchors: [anchor] });
    else {
      known.anchors.push(anchor);
      if (known.link.url === null) known.link = link;
    }
  }
  return stories;
}

function readStory(
  $: CheerioAPI,
  { link, anchors }: Story,
  counts: ReadonlyMap<Element, Set<string>>,
): Entry[] {
  const [first] = anchors;
  if (first === undefined) return [];
  const box = boxOf(first, counts);
  const title = titleOf($, anchors);
  if (title === null) return [];
  const time = $(box).find('time').first();
  const shownTime = time.length === 0 ? null : foldSpace(time.text());
  const cluster = clusterOf($, box);
  return [
    {
      ...emptyEntry('news', title),
      url: link.url,
      wrappedUrl: link.wrappedUrl,
      domain: link.url === null ? null : (domainOf(link.url) ?? null),
      publisher: publisherOf($, box, title, shownTime),
      publishedAt: isoTime(time.attr('datetime')) ?? (shownTime === '' ? null : shownTime),
      ...attributesField({
        urlResolution: link.resolution,
        docId: link.token,
        ...(cluster === undefined ? {} : { cluster }),
        ...(shownTime === null || shownTime === '' ? {} : { timeShown: shownTime }),
      }),
    },
  ];
}

function boxOf(anchor: Element, counts: ReadonlyMap<Element, Set<string>>): Element {
  let box = anchor;
  for (let node = anchor.parent; node !== null && isElement(node); node = node.parent) {
    if ((counts.get(node)?.size ?? 0) > 1 || /^(?:main|body|html)$/.test(node.name)) break;
    box = node;
  }
  return box;
}

/** The link with words is the title; the first may be an empty overlay labelled "Title - Source - date". */
function titleOf($: CheerioAPI, anchors: readonly Element[]): string | null {
  const marked = anchors.filter((anchor) => anchor.attribs['data-n-tid'] === '29');
  for (const anchor of [...marked, ...anchors]) {
    const heading = $(anchor).find('h3, h4, [role="heading"]').get(0);
    const text = foldSpace(visibleText(heading ?? anchor));
    if (text !== '') return text;
  }
  const label = anchors
    .map(({ attribs }) => attribs['aria-label'])
    .find((text) => text !== undefined && text !== '');
  return label === undefined ? null : foldSpace(label);
}

function publisherOf($: CheerioAPI, box: Element, title: string, time: string | null): string | null {
  const marked = foldSpace($(box).find('[data-n-tid="9"]').first().text());
  if (marked !== '') return marked;
  const runs = textRuns(box).filter((text) => text !== title && text !== time && /\p{L}/u.test(text));
  return runs.find((text) => text.length <= 60) ?? null;
}

/** Stories told together share a link to their full coverage. */
function clusterOf($: CheerioAPI, box: Element): string | undefined {
  for (let node: Element | null = box; node !== null; node = parentOf(node)) {
    if (/^(?:main|body)$/.test(node.name)) return undefined;
    const links = $(node).find('a[href*="/stories/"]').toArray();
    if (links.length > 1) return undefined;
    const token = /\/stories\/([\w-]+)/.exec(links[0]?.attribs.href ?? '')?.[1];
    if (token !== undefined) return token;
  }
  return undefined;
}

function parentOf(element: Element): Element | null {
  return element.parent !== null && isElement(element.parent) ? element.parent : null;
}

/** `datetime` as ISO 8601 in UTC, or null where it says less than a moment. */
function isoTime(text: string | undefined): string | null {
  if (text === undefined || !/^\d{4}-\d{2}-\d{2}T/.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}
