import { type CheerioAPI, closest, type Element, elementsOf, isElement } from '../../src/extract/dom.ts';
import { findOverviewRoot } from '../google/overview-root.ts';

/** What the readers of a results page look things up in. */
export interface ResultsPage {
  $: CheerioAPI;
  /** Links that are the title of a web result: they hold the heading (google_search.md 4.1; 2020 → 2026-08). */
  titles: ReadonlySet<Element>;
  /** The AI Overview, which is read by itself. */
  overview: Element | undefined;
  /** The outermost element around `mark` that holds no other result or card. */
  boxOf(mark: Element): Element;
}

/** Blocks that are no listing: questions, dialogs, navigation. Overviews of questions lie in the first. */
export function isBesideListing({ name, attribs }: Element): boolean {
  return (
    attribs['data-initq'] !== undefined ||
    (attribs['data-q'] !== undefined && attribs['data-viewer-group'] === undefined) ||
    name === 'g-dialog' ||
    attribs.role === 'dialog' ||
    attribs.role === 'navigation' ||
    attribs.id === 'searchform'
  );
}

/** What a result's box must not hold: cards, stories, ads, and the blocks of questions. */
const OTHER_MARKS =
  '[role="heading"][aria-level="3"], [data-news-cluster-id], a[jsname="YKoRaf"], [data-initq], [data-text-ad]';

/** Prepares a parsed page for reading: one look for titles, one for card headings. */
export function resultsPage($: CheerioAPI): ResultsPage {
  const overview = findOverviewRoot($);
  const titles = new Set(titleLinks($).filter((link) => closest(link, isBesideListing) === undefined));
  const marks = new Set<Element>(titles);
  if (overview !== undefined) marks.add(overview);
  for (const mark of $(OTHER_MARKS).toArray()) marks.add(mark);
  const counts = new Map<Element, number>();
  for (const mark of marks) {
    for (let node = mark.parent; node !== null && isElement(node); node = node.parent)
      counts.set(node, (counts.get(node) ?? 0) + 1);
  }
  return { $, titles, overview, boxOf: (mark) => outermost(mark, counts) };
}

/** Containers of the page itself: no box goes beyond them even when it holds a single result. */
const FRAME =
  /^(?:rso|search|res|center_col|rcnt|cnt|main|botstuff|bres|taw|tvcap|tads|tadsb|bottomads|rhs|Odp5De|gsr)$/;

function outermost(mark: Element, counts: ReadonlyMap<Element, number>): Element {
  let box = mark;
  for (let node = mark.parent; node !== null && isElement(node); node = node.parent) {
    const { attribs } = node;
    if (FRAME.test(attribs.id ?? '') || attribs['data-async-context'] !== undefined) break;
    if ((counts.get(node) ?? 0) > 1 || node.name === 'body') break;
    box = node;
  }
  return box;
}

function titleLinks($: CheerioAPI): Element[] {
  const links = $('a[href] h3')
    .toArray()
    .flatMap((heading) => closest(heading, ({ name }) => name === 'a') ?? []);
  if (links.length > 0) return links;
  // Should the heading's tag go, the link still holds a heading and the displayed address.
  return $('a[href]:has(cite) [role="heading"]')
    .toArray()
    .flatMap((heading) => closest(heading, ({ name }) => name === 'a') ?? []);
}

/** The heading inside a title link. */
export function headingOf(link: Element): Element | undefined {
  for (const element of elementsOf(link))
    if (element.name === 'h3' || element.attribs.role === 'heading') return element;
  return undefined;
}
