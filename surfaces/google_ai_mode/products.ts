import type { ShoppingItem } from '../../src/contract/envelope.ts';
import { type Element, elementsOf, foldSpace, isHiddenItself, visibleText } from '../../src/extract/dom.ts';
import { textRuns } from '../google/card-texts.ts';

/** The products an answer links to, and how their links read in its text. */
export interface AnswerProducts {
  items: ShoppingItem[];
  /** The words of a product link without what only screen readers hear; undefined for any other element. */
  textOf(element: Element): string | undefined;
}

/** Address of the product viewer (2026-06); it leads nowhere without the page. */
const VIEWER = /[?&](?:ibp=oshop|prds=)/;
/** Said to screen readers after a product's name (en 2026-06; others as Google's UI words it). */
const VIEWER_LABEL =
  /go to product viewer dialog for this item\.?|zum Produktansichtsdialog[^.]*\.?|ir al cuadro de diálogo del visor de productos[^.]*\.?|accéder à la boîte de dialogue[^.]*\.?/iu;

/** Finds the product links of an answer. The label is told by its words, or by being the same behind several names. */
export function readProducts(body: Element): AnswerProducts {
  const links = [...elementsOf(body)].filter(isProductLink);
  const label = repeatedLabel(links);
  const textOf = (element: Element): string | undefined => {
    if (links.includes(element)) return nameOf(element, label);
    return isLabel(element) ? '' : undefined;
  };
  const items = new Map<string, ShoppingItem>();
  for (const link of links) {
    const title = nameOf(link, label);
    const image = [...elementsOf(link)].find(({ name }) => name === 'img')?.attribs.src;
    if (title !== '' && !items.has(title)) items.set(title, itemOf(title, link.attribs.href, image));
  }
  return { items: [...items.values()], textOf };
}

function isProductLink({ name, attribs }: Element): boolean {
  return name === 'a' && VIEWER.test(attribs.href ?? '');
}

function isLabel(element: Element): boolean {
  if (element.children.length !== 1 || element.children[0]?.type !== 'text') return false;
  const text = foldSpace(visibleText(element));
  return text.length < 120 && VIEWER_LABEL.exec(text)?.[0] === text;
}

function repeatedLabel(links: readonly Element[]): string | undefined {
  const lasts = links.map(textRuns).flatMap((runs) => (runs.length > 1 ? (runs.at(-1) ?? []) : []));
  return lasts.find((text, place) => lasts.indexOf(text) !== place && text.split(' ').length > 2);
}

function nameOf(link: Element, label: string | undefined): string {
  const runs = textRuns(link).filter((run) => run !== label);
  const words = runs.length > 0 ? runs : isHiddenItself(link) ? [] : [foldSpace(visibleText(link))];
  return foldSpace(words.join(' ').replace(VIEWER_LABEL, ''));
}

function itemOf(title: string, href: string | undefined, image: string | undefined): ShoppingItem {
  const base = 'https://www.google.com/';
  return {
    title,
    url: href !== undefined && URL.canParse(href, base) ? new URL(href, base).href : null,
    merchant: null,
    price: null,
    rating: null,
    reviews: null,
    imageUrl: image !== undefined && /^https?:/.test(image) ? image : null,
    offers: [],
  };
}
