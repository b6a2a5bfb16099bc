import type { Ad, ShoppingItem } from '../../src/contract/envelope.ts';
import type { Json } from './delta-stream.ts';
import { adsSchema, type Product } from './wire.ts';

/** Product cards as shopping items; a product shown as card and again in the text counts once. */
export function shoppingOf(products: readonly Product[]): ShoppingItem[] {
  const items = new Map<string, ShoppingItem>();
  for (const product of products) {
    const key = `${product.title}\n${product.url ?? ''}`;
    if (!items.has(key)) items.set(key, itemOf(product));
  }
  return [...items.values()];
}

function itemOf(product: Product): ShoppingItem {
  return {
    title: product.title,
    url: product.url,
    merchant: product.merchants,
    price: product.price,
    rating: product.rating,
    reviews: product.num_reviews,
    imageUrl: product.image_urls[0] ?? null,
    offers: product.offers.map(({ merchant_name, price, url, available, tag }) => ({
      merchant: merchant_name,
      price,
      url,
      available,
      tag: tag?.text ?? null,
    })),
  };
}

/** Ads of the `ads` events that the page was told to show (free tier, seen 2026-05). */
export function adsOf(events: readonly Json[]): Ad[] {
  return events
    .filter(({ type }) => type === 'ads')
    .flatMap((event) => {
      const read = adsSchema.safeParse(event);
      if (!read.success || read.data.visibility?.status === 'hidden') return [];
      const { advertiser_brand: brand, carousel_cards, ad_cards } = read.data.content;
      return [...carousel_cards, ...ad_cards].map(({ title, body, target }) => ({
        advertiser: brand?.name ?? null,
        title,
        text: body,
        url: target?.value ?? brand?.url ?? null,
        position: null,
      }));
    });
}
