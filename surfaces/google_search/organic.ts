import { closest, type Element, elementsOf, foldSpace, visibleText } from '../../src/extract/dom.ts';
import { domainOf, isWebUrl } from '../../src/extract/urls.ts';
import { textRuns } from '../google/card-texts.ts';
import { attributesField, type Entry, emptyEntry, linkFields } from '../google/listing.ts';
import { type ResolvedLink, resolveLink } from '../google/source-links.ts';
import { headingOf, type ResultsPage } from './page.ts';

/**
 * A web result and the links below it, told by its title link. A result that repeats the site of the one above it in
 * a list of its own is a sitelink; a result that answers in Google's own box is a featured snippet, type `knowledge`.
 * Undefined for links that lead to Google's own search.
 */
export function readWebResult(link: Element, page: ResultsPage): Entry[] | undefined {
  const heading = headingOf(link);
  const href = link.attribs.href ?? '';
  if (heading === undefined || isOwnSearch(href)) return undefined;
  const title = foldSpace(visibleText(heading));
  const box = page.boxOf(link);
  const cite = firstCite(link) ?? firstCite(box);
  const displayedLink = cite === undefined ? null : foldSpace(visibleText(cite));
  const publisher = siteName(link, heading, cite);
  const resolved = resolveLink([href], { origin: displayedOrigin(displayedLink), publisher });
  const body = readBody(page, box, heading);
  const entry: Entry = {
    ...emptyEntry(typeOf(page, link, box), title === '' ? null : title),
    ...linkFields(resolved),
    displayedLink,
    publisher,
    ...body,
    ...attributesField(attributesOf(link, box)),
  };
  if (entry.type === 'knowledge') entry.snippet = featuredText(page, box) ?? entry.snippet;
  return [entry, ...(entry.type === 'organic' ? sitelinks(page, box, link, resolved) : [])];
}

/** A link to another search of Google's own, not to a result. */
export function isOwnSearch(href: string): boolean {
  if (href.startsWith('#') || !URL.canParse(href, 'https://www.google.com/')) return true;
  const { hostname, pathname, protocol } = new URL(href, 'https://www.google.com/');
  if (!/^https?:$/.test(protocol)) return true;
  return hostname === 'www.google.com' && /^\/(?:search|webhp)$/.test(pathname);
}

function typeOf(page: ResultsPage, link: Element, box: Element): Entry['type'] {
  const isFeatured =
    closest(link, ({ name }) => name === 'block-component') !== undefined ||
    page.$(box).find('[data-attrid^="wa:/"]').length > 0;
  if (isFeatured) return 'knowledge';
  // The head of a row of one author's posts (2024-03).
  if (closest(link, ({ name }) => name === 'g-section-with-header') !== undefined) return 'perspective';
  return isIndented(page, link) ? 'sitelink' : 'organic';
}

/** In a list whose holder also has a title outside of the list: further pages of the result above (2023-04). */
function isIndented(page: ResultsPage, link: Element): boolean {
  const list = closest(link, ({ name }) => name === 'ul' || name === 'ol');
  const holder = list?.parent?.parent;
  if (list === undefined || holder === null || holder === undefined || !('attribs' in holder)) return false;
  if (/^(?:rso|search|center_col)$/.test(holder.attribs.id ?? '')) return false;
  return [...elementsOf(holder)].some(
    (element) => page.titles.has(element) && closest(element, (node) => node === list) === undefined,
  );
}

function firstCite(box: Element): Element | undefined {
  for (const element of elementsOf(box)) if (element.name === 'cite') return element;
  return undefined;
}

/** The site's name: the words between title and displayed address, in the link (2023 →; the header is there twice). */
function siteName(link: Element, heading: Element, cite: Element | undefined): string | null {
  const shown = cite === undefined ? '' : foldSpace(visibleText(cite));
  const isElsewhere = (element: Element): boolean => element === heading || element.name === 'cite';
  const runs = textRunsExcept(link, isElsewhere).filter((text) => text !== shown);
  return runs[0] ?? null;
}

function textRunsExcept(root: Element, skip: (element: Element) => boolean): string[] {
  if (skip(root)) return [];
  const holdsSkipped = [...elementsOf(root)].some((element) => element !== root && skip(element));
  if (!holdsSkipped) return textRuns(root);
  return root.children.flatMap((child) => ('attribs' in child ? textRunsExcept(child, skip) : []));
}

/** `https://host › path` or `host › path`; a cite may hold "570+ comments · 5 years ago" instead (2026). */
function displayedOrigin(displayed: string | null): string | null {
  const head = displayed?.split(/[\s›]/u)[0] ?? '';
  const address = /^https?:\/\//.test(head) ? head : `https://${head}`;
  return /^(?:https?:\/\/)?(?:[\p{L}\p{N}-]+\.)+\p{L}{2,}(?:[:/]|$)/u.test(head) && isWebUrl(address)
    ? address
    : null;
}

/** Snippet and the date that stands before it in an element of its own ("5 days ago — "). The snippet keeps the date. */
function readBody(page: ResultsPage, box: Element, heading: Element): Pick<Entry, 'snippet' | 'publishedAt'> {
  const place = snippetPlace(page, box, heading);
  if (place === undefined) return { snippet: null, publishedAt: null };
  const snippet = foldSpace(visibleText(place, isReadMore));
  if (snippet === '') return { snippet: null, publishedAt: null };
  for (const element of elementsOf(place)) {
    if (element === place || element.name !== 'span') continue;
    const text = foldSpace(visibleText(element));
    if (text.length > 34 || !text.endsWith('—') || !snippet.startsWith(text)) continue;
    const date = text.slice(0, -1).trim();
    if (/\p{N}/u.test(date)) return { snippet, publishedAt: date };
  }
  return { snippet, publishedAt: null };
}

/** "Read more" repeats the title's link at the snippet's end (2026). */
const isReadMore = (element: Element): boolean =>
  element.name === 'a' && /#:~:|\/goto\?/.test(element.attribs.href ?? '');

/** The marked snippet; without marks the element with the most words outside of the header. */
function snippetPlace(page: ResultsPage, box: Element, heading: Element): Element | undefined {
  const marked = page
    .$(box)
    .find('[data-sncf]')
    .toArray()
    .filter((part) => visibleText(part) !== '');
  if (marked.length > 0) return marked.find((part) => part.attribs['data-sncf'] === '1') ?? marked[0];
  const header = closest(heading, ({ name }) => name === 'a');
  let best: Element | undefined;
  let length = 40;
  for (const element of elementsOf(box)) {
    if (element.name !== 'div' && element.name !== 'span') continue;
    const own = element.children.some((child) => child.type === 'text' && child.data.trim() !== '');
    if (!own || closest(element, (node) => node === header) !== undefined) continue;
    const text = visibleText(element);
    if (text.length > length) {
      best = element;
      length = text.length;
    }
  }
  return best;
}

function featuredText(page: ResultsPage, box: Element): string | null {
  const root = closest(box, ({ name }) => name === 'block-component') ?? box;
  const answer = page.$(root).find('[data-attrid^="wa:/"]').get(0);
  const text = answer === undefined ? '' : foldSpace(visibleText(answer));
  return text === '' ? null : text;
}

function attributesOf(link: Element, box: Element): Record<string, string> {
  const ranked = closest(link, ({ attribs }) => attribs['data-rpos'] !== undefined);
  const isVideo = [...elementsOf(box)].some(({ attribs }) => attribs['data-curl'] !== undefined);
  const inVideo = closest(link, ({ attribs }) => attribs['data-curl'] !== undefined) !== undefined;
  return {
    ...(isVideo || inVideo ? { form: 'video' } : {}),
    ...(ranked === undefined ? {} : { pagePosition: ranked.attribs['data-rpos'] ?? '' }),
  };
}

/** A place of the same document: an answer of a thread, a chapter. */
function isWithin(href: string, result: string | null): boolean {
  if (result === null || !URL.canParse(result) || new URL(result).pathname.length < 2) return false;
  return href.startsWith(result) && (result.endsWith('/') || /^[/?#]/.test(href.slice(result.length)));
}

/** Links to further pages of the result's site, below its snippet: a table, a row or a list (2023 → 2026-06). */
function sitelinks(page: ResultsPage, box: Element, title: Element, result: ResolvedLink): Entry[] {
  const site = result.url === null ? result.domain : domainOf(result.url);
  const seen = new Set([title.attribs.href]);
  return page
    .$(box)
    .find('table a[href], [data-sncf="2"] a[href], [data-sncf="3"] a[href], h3 a[href]')
    .toArray()
    .flatMap((link): Entry[] => {
      const href = link.attribs.href ?? '';
      const text = foldSpace(visibleText(link));
      if (seen.has(href) || isOwnSearch(href) || href.includes('#:~:') || text.length < 2) return [];
      if (isWithin(href, result.url)) return [];
      seen.add(href);
      const resolved = resolveLink([href], { origin: site ? `https://${site}` : null });
      const fields = linkFields(resolved);
      if (site !== null && site !== undefined && fields.domain !== site) return [];
      return [{ ...emptyEntry('sitelink', text), ...fields }];
    });
}
