import type { ShoppingItem } from '../../src/contract/envelope.ts';
import {
  type AnyNode,
  type Element,
  foldSpace,
  isElement,
  isHiddenItself,
  visibleText,
} from '../../src/extract/dom.ts';
import { attributesField, type Entry, emptyEntry } from '../google/listing.ts';
import { adAddress } from './ads.ts';
import type { ResultsPage } from './page.ts';

/** A product somebody pays for (2024-03), or an entry of Google's own product grid (2024-03). */
export function isProductCard({ attribs }: Element): boolean {
  if (attribs['data-pla-slot-pos'] !== undefined || attribs['data-offer-surface'] !== undefined) return true;
  return attribs['data-gid'] !== undefined && attribs['data-iid'] !== undefined;
}

const MONEY =
  /(?:[$€£¥₹₽₩₺₪฿₫]|R\$|(?:USD|EUR|GBP|CHF|AUD|CAD)\b|kr\b|zł)\s?\d[\d.,\s]*|\d[\d.,]*\s?(?:[€£₽₺₫¥]|円|kr\b|zł|Kč|Ft\b|(?:USD|EUR|CHF|AED|SAR)\b|ر\.س|د\.إ)/u;

/** Reads a product card: paid ones are `product_ad`, Google's own are `other` with the form `product`. */
export function readProduct(card: Element, page: ResultsPage): Entry[] {
  const { $ } = page;
  const isPaid = card.attribs['data-pla-slot-pos'] !== undefined;
  const link = $(card)
    .find('a[href]')
    .toArray()
    .find((candidate) => !isHiddenItself(candidate));
  const address = link === undefined ? { url: null } : adAddress(link.attribs.href ?? '');
  const runs = wordsOf(card);
  const title = productTitle(page, card, runs);
  const merchant = merchantOf(page, card, runs, title);
  const price = MONEY.exec(foldSpace(visibleText(card)))?.[0].trim() ?? null;
  if (title === null) return [];
  const { rating, reviews } = ratingOf(page, card);
  return [
    {
      ...emptyEntry(isPaid ? 'product_ad' : 'other', title),
      ...(isPaid ? address : {}),
      domain: card.attribs['data-dtld'] ?? null,
      publisher: merchant,
      ...attributesField({
        ...(isPaid ? {} : { form: 'product' }),
        ...(price === null ? {} : { price }),
        ...(rating === null ? {} : { rating }),
        ...(reviews === null ? {} : { reviews }),
      }),
    },
  ];
}

/** Texts of the innermost elements in order; the whole card may be one button. */
function wordsOf(node: AnyNode): string[] {
  if (!isElement(node) || isHiddenItself(node)) return [];
  const own = node.children.some((child) => child.type === 'text' && child.data.trim() !== '');
  if (own) return [foldSpace(visibleText(node))].filter((text) => text !== '');
  return node.children.flatMap(wordsOf);
}

function productTitle(page: ResultsPage, card: Element, runs: readonly string[]): string | null {
  const { $ } = page;
  const heading = $(card).find('[role="heading"]').first();
  if (heading.length > 0) return foldSpace(heading.text());
  const titled = $(card).find('[title]').first().attr('title');
  if (titled !== undefined && titled !== '') return foldSpace(titled);
  const priced = runs.findIndex((text) => MONEY.test(text) && text.length < 30);
  return runs[priced - 1] ?? null;
}

function merchantOf(
  page: ResultsPage,
  card: Element,
  runs: readonly string[],
  title: string | null,
): string | null {
  const { $ } = page;
  const domain = card.attribs['data-dtld']?.split('.')[0];
  const named =
    domain === undefined ? undefined : runs.find((text) => squeeze(text).includes(squeeze(domain)));
  if (named !== undefined) return named;
  // The price is followed by the shop's name.
  const priced = runs.findIndex((text) => MONEY.test(text) && text.length < 30);
  const after = runs
    .slice(priced + 1)
    .find((text) => !MONEY.test(text) && text !== title && /\p{L}/u.test(text));
  const iconed = foldSpace($(card).find('img[aria-hidden="true"]').parent().next().text());
  return after ?? (iconed === '' ? null : iconed);
}

const squeeze = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

function ratingOf(page: ResultsPage, card: Element): { rating: string | null; reviews: string | null } {
  const labels = page.$(card).find('[role="img"][aria-label]').toArray();
  const label = labels
    .map(({ attribs }) => attribs['aria-label'] ?? '')
    .find((text) => /\d[.,]\d/.test(text));
  const rating = /\d[.,]\d/.exec(label ?? '')?.[0].replace(',', '.') ?? null;
  const reviews = /\(([\d.,\s]+[KkMm]?)\)/.exec(foldSpace(visibleText(card)))?.[1]?.trim() ?? null;
  return { rating, reviews: rating === null ? null : reviews };
}

/** The products of a listing as shopping items, or null when it has none. */
export function shoppingOf(entries: readonly Entry[]): ShoppingItem[] | null {
  const products = entries.filter(
    ({ type, attributes }) => type === 'product_ad' || attributes?.form === 'product',
  );
  if (products.length === 0) return null;
  return products.map((entry) => ({
    title: entry.title ?? '',
    url: entry.url,
    merchant: entry.publisher,
    price: entry.attributes?.price ?? null,
    rating: numberOf(entry.attributes?.rating),
    reviews: numberOf(entry.attributes?.reviews?.replace(/[.,\s]/g, '')),
    imageUrl: null,
    offers: [],
  }));
}

function numberOf(text: string | undefined): number | null {
  const value = Number(text);
  return text === undefined || text === '' || Number.isNaN(value) ? null : value;
}
