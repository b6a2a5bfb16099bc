import { z } from 'zod';
import type { ShoppingItem } from '../../src/contract/envelope.ts';
import type { Entry } from './entry.ts';
import { isJson } from './json-patch.ts';

const words = z
  .union([z.string(), z.number().transform(String)])
  .nullable()
  .catch(null);
const amount = z.coerce.number().nullable().catch(null);

/** A product as the shopping tab lists it; no capture shows one, so names are read as generously as they are likely. */
const productSchema = z.object({
  name: words,
  title: words,
  url: words,
  link: words,
  merchant: words,
  merchant_name: words,
  price: words,
  rating: amount,
  num_reviews: amount,
  image: words,
  image_url: words,
});

/**
 * Products of the shopping tab (`shopping_mode_block.shopping_widgets[]`, as the site's own script reads it, 2026);
 * null where the wire has none.
 */
export function shoppingOf({ blocks }: Entry): ShoppingItem[] | null {
  const widgets = [...blocks.values()]
    .flatMap((block) => [block.shopping_mode_block, block.shopping_block])
    .filter(isJson)
    .flatMap((block) => [block.shopping_widgets, block.products, block.items])
    .filter((list) => Array.isArray(list))
    .flat();
  const items = widgets.flatMap((widget) => itemOf(widget) ?? []);
  return items.length === 0 ? null : items;
}

function itemOf(widget: unknown): ShoppingItem | undefined {
  const product = productSchema.safeParse(widget).data;
  const title = product?.name ?? product?.title ?? null;
  if (product === undefined || title === null || title.trim() === '') return undefined;
  return {
    title: title.trim(),
    url: product.url ?? product.link,
    merchant: product.merchant_name ?? product.merchant,
    price: product.price,
    rating: product.rating,
    reviews: product.num_reviews,
    imageUrl: product.image_url ?? product.image,
    offers: [],
  };
}
