import { closest, type Element, elementsOf, foldSpace, visibleText } from '../../src/extract/dom.ts';
import { domainOf, isWebUrl } from '../../src/extract/urls.ts';
import { textRuns } from '../google/card-texts.ts';
import { attributesField, type Entry, emptyEntry } from '../google/listing.ts';
import { isOwnSearch } from './organic.ts';
import type { ResultsPage } from './page.ts';

/** A text ad: one unit between its own marks (google_search.md 4.2; 2021 → 2025-11). */
export function isTextAd({ attribs }: Element): boolean {
  return attribs['data-text-ad'] !== undefined;
}

/**
 * Reads a text ad. The advertiser's site is what the link declares (`data-pcu`) or displays (`data-dtld`), never the
 * tracking link; the address is the landing page, or what the tracking link says of it.
 */
export function readTextAd(ad: Element, page: ResultsPage): Entry[] {
  const $ = page.$;
  const heading = $(ad).find('[role="heading"]').get(0);
  const link = mainLink(page, ad, heading);
  const address = link === undefined ? NO_ADDRESS : adAddress(link.attribs.href ?? '');
  const displayed = $(ad).find('[data-dtld]').first();
  const declared = link?.attribs['data-pcu']?.split(',')[0] ?? '';
  const shownDomain = displayed.attr('data-dtld') ?? null;
  const displayedLink = displayed.length === 0 ? null : foldSpace(displayed.text());
  const domain = (isWebUrl(declared) ? domainOf(declared) : undefined) ?? shownDomain;
  const title = heading === undefined ? null : foldSpace(visibleText(heading));
  const header = link === undefined ? [] : textRuns(link);
  const publisher = header.find((text) => text !== title && text !== displayedLink) ?? null;
  return [
    {
      ...emptyEntry('ad', title),
      ...address,
      domain: domain ?? (address.url === null ? null : (domainOf(address.url) ?? null)),
      displayedLink,
      publisher,
      snippet: adText(page, ad, link),
      ...attributesField(adAttributes(page, ad, link)),
    },
  ];
}

function mainLink(page: ResultsPage, ad: Element, heading: Element | undefined): Element | undefined {
  const { $ } = page;
  const declaring = $(ad).find('a[data-pcu][href]').get(0);
  const around =
    heading && closest(heading, ({ name, attribs }) => name === 'a' && attribs.href !== undefined);
  return declaring ?? around ?? $(ad).find('a[data-rw], a[href]').get(0);
}

type AdAddress = Pick<Entry, 'url' | 'wrappedUrl'>;
const NO_ADDRESS: AdAddress = { url: null };

/** Where an ad leads: the link itself, or the `adurl` of a tracking link; a link that tells nothing is kept as wrapped. */
export function adAddress(href: string): AdAddress {
  if (!URL.canParse(href, 'https://www.google.com/')) return NO_ADDRESS;
  const url = new URL(href, 'https://www.google.com/');
  const isTracking = /(?:^|\.)(?:google\.[a-z.]+|googleadservices\.com)$/.test(url.hostname);
  if (!isTracking || !/^\/(?:aclk|pagead\/aclk|goto|url)$/.test(url.pathname)) return { url: url.href };
  const landing = url.searchParams.get('adurl') ?? url.searchParams.get('q') ?? '';
  return isWebUrl(landing) ? { url: landing } : { url: null, wrappedUrl: url.href };
}

/** The ad's own words: what stands outside of its header, its dialogs and the links below it. */
function adText(page: ResultsPage, ad: Element, link: Element | undefined): string | null {
  const header = link?.parent ?? null;
  const skip = (element: Element): boolean =>
    element === header ||
    element === link ||
    element.name === 'a' ||
    /^(?:g-dialog|g-bubble|button|h[1-6])$/.test(element.name) ||
    /^(?:button|dialog|heading)$/.test(element.attribs.role ?? '') ||
    element.attribs['data-dtld'] !== undefined ||
    offersSearches(element) ||
    element.attribs['aria-hidden'] === 'true';
  const lines = visibleText(ad, skip)
    .split('\n')
    .map(foldSpace)
    .filter((line) => line.length > 20 && /\p{L}{3}/u.test(line));
  const unlinked = lines.filter(
    (line) =>
      !page
        .$(ad)
        .find('a')
        .toArray()
        .some((a) => foldSpace(visibleText(a)) === line),
  );
  return unlinked.length === 0 ? null : unlinked.join(' ');
}

/** Chips below the ad that lead to other searches, and their caption. */
function offersSearches(element: Element): boolean {
  const links = [...elementsOf(element)].filter(
    ({ name, attribs }) => name === 'a' && attribs.href !== undefined,
  );
  return links.length > 0 && links.every(({ attribs }) => isOwnSearch(attribs.href ?? ''));
}

function adAttributes(page: ResultsPage, ad: Element, link: Element | undefined): Record<string, string> {
  const others = page
    .$(ad)
    .find('a[data-rw], a[data-agdh]')
    .toArray()
    .filter((other) => other !== link)
    .map((other) => foldSpace(visibleText(other)))
    .filter((text) => text !== '');
  const slot = ad.attribs['data-ta-slot-pos'];
  return {
    ...(slot === undefined ? {} : { slot }),
    ...(others.length === 0 ? {} : { sitelinks: [...new Set(others)].join(' | ') }),
  };
}
