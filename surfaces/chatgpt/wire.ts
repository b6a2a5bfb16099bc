import { z } from 'zod';

/**
 * What we use of ChatGPT's messages (stream and conversation JSON, seen 2026-01 to 2026-09). Read leniently: a field
 * of another shape counts as not there, one bad element does not cost its list.
 */
const text = z.string().nullable().catch(null);
const flag = z.boolean().catch(false);
const count = z.number().nullable().catch(null);

function list<T>(item: z.ZodType<T>) {
  return z
    .array(z.unknown())
    .catch([])
    .transform((values): T[] =>
      values.flatMap((value) => {
        const read = item.safeParse(value);
        return read.success ? [read.data] : [];
      }),
    );
}

const refSchema = z.object({ turn_index: z.number(), ref_type: z.string(), ref_index: z.number() });

const sitePart = {
  url: text,
  title: text,
  snippet: text,
  attribution: text,
  /** Seconds since the epoch, in rare cases text. */
  pub_date: z.union([z.number(), z.string()]).nullable().catch(null),
};
const siteSchema = z.object(sitePart);

const itemSchema = z.object({ ...sitePart, supporting_websites: list(siteSchema), refs: list(refSchema) });

const offerSchema = z.object({
  merchant_name: text,
  price: text,
  url: text,
  available: z.boolean().nullable().catch(null),
  tag: z.object({ text }).nullable().catch(null),
});

export const productSchema = z.object({
  title: z.string(),
  url: text,
  merchants: text,
  price: text,
  rating: count,
  num_reviews: count,
  image_urls: list(z.string()),
  offers: list(offerSchema),
});

const imageSchema = z.object({
  image_result: z.object({ title: text, content_url: text, url: text }).nullable().catch(null),
});

export const referenceSchema = z.object({
  ...sitePart,
  type: z.string().catch(''),
  matched_text: z.string().catch(''),
  start_idx: z.number().catch(-1),
  end_idx: z.number().catch(-1),
  alt: text,
  prompt_text: text,
  name: text,
  category: text,
  items: list(itemSchema),
  fallback_items: list(itemSchema),
  supporting_websites: list(siteSchema),
  sources: list(siteSchema),
  images: list(imageSchema),
  products: list(productSchema),
  product: productSchema.nullable().catch(null),
});

const resultEntrySchema = z.object({ ...sitePart, ref_id: refSchema.nullable().catch(null) });

const legacySiteSchema = z.object({ ...sitePart, text });

const legacyCitationSchema = z.object({
  start_ix: z.number(),
  end_ix: z.number(),
  metadata: legacySiteSchema.nullable().catch(null),
});

const queriesSchema = z
  .object({ queries: list(z.string()) })
  .nullable()
  .catch(null);

export const searchCallSchema = z.object({ search_query: list(z.object({ q: z.string() })) });

export const messageSchema = z.object({
  id: z.string().catch(''),
  author: z.object({ role: z.string().catch(''), name: text }).catch({ role: '', name: null }),
  recipient: text,
  channel: text,
  status: text,
  end_turn: z.boolean().nullable().catch(null),
  content: z
    .object({ content_type: z.string().catch(''), parts: list(z.string()), text })
    .catch({ content_type: '', parts: [], text: null }),
  metadata: z
    .object({
      is_visually_hidden_from_conversation: flag,
      is_thinking_preamble_message: flag,
      model_slug: text,
      resolved_model_slug: text,
      default_model_slug: text,
      finish_details: z.object({ type: text }).nullable().catch(null),
      content_references: list(referenceSchema),
      citations: list(legacyCitationSchema),
      search_model_queries: queriesSchema,
      search_queries: list(z.object({ q: z.string() })),
      search_result_groups: list(z.object({ entries: list(resultEntrySchema) })),
      _cite_metadata: z
        .object({ metadata_list: list(legacySiteSchema) })
        .nullable()
        .catch(null),
    })
    .catch(() => EMPTY_METADATA),
});

const EMPTY_METADATA = {
  is_visually_hidden_from_conversation: false,
  is_thinking_preamble_message: false,
  model_slug: null,
  resolved_model_slug: null,
  default_model_slug: null,
  finish_details: null,
  content_references: [],
  citations: [],
  search_model_queries: null,
  search_queries: [],
  search_result_groups: [],
  _cite_metadata: null,
};

const cardSchema = z.object({
  title: text,
  body: text,
  target: z.object({ value: text }).nullable().catch(null),
});

/** The `ads` event of the free tier (seen 2026-05). */
export const adsSchema = z.object({
  content: z.object({
    advertiser_brand: z.object({ name: text, url: text }).nullable().catch(null),
    carousel_cards: list(cardSchema),
    ad_cards: list(cardSchema),
  }),
  visibility: z.object({ status: text }).nullable().catch(null),
});

export type Message = z.infer<typeof messageSchema>;
export type Reference = z.infer<typeof referenceSchema>;
export type Site = z.infer<typeof siteSchema>;
export type Product = z.infer<typeof productSchema>;
export type Ref = z.infer<typeof refSchema>;

export const messageFrom = (value: unknown): Message => messageSchema.parse(value);

/** `turn0search3`: how the answer's text names a result. */
export function refName(ref: Ref): string {
  return `turn${ref.turn_index}${ref.ref_type}${ref.ref_index}`;
}
