import { z } from 'zod';
import { charRangeSchema } from './answer.ts';

export const sourceSchema = z
  .strictObject({
    id: z.int().positive(),
    url: z
      .string()
      .nullable()
      .describe('as shown, tracking parameters kept; null when only an opaque redirect is known'),
    canonicalUrl: z.string().nullable().describe('without tracking parameters and text fragment'),
    wrappedUrl: z.string().optional(),
    title: z.string().nullable(),
    domain: z.string().nullable(),
    publisher: z.string().nullable(),
    snippet: z.string().nullable(),
    publishedAt: z.string().nullable(),
    position: z.int().positive().nullable().describe("1-based place in the surface's own source list"),
    role: z.enum(['cited', 'retrieved']),
    cited: z.boolean(),
    charRanges: z.array(charRangeSchema),
    charRangesBasis: z.enum(['exact', 'sentence', 'block']).nullable(),
    providerRef: z.string().nullable().describe("the surface's own id for it"),
  })
  .meta({ id: 'Source' });

export const mentionSchema = z
  .strictObject({
    text: z.string(),
    category: z.string().nullable(),
    charRanges: z.array(charRangeSchema),
  })
  .meta({ id: 'Mention' });

export const shoppingItemSchema = z
  .strictObject({
    title: z.string(),
    url: z.string().nullable(),
    merchant: z.string().nullable(),
    price: z.string().nullable(),
    rating: z.number().nullable(),
    reviews: z.number().nullable(),
    imageUrl: z.string().nullable(),
    offers: z.array(
      z.strictObject({
        merchant: z.string().nullable(),
        price: z.string().nullable(),
        url: z.string().nullable(),
        available: z.boolean().nullable(),
        tag: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'ShoppingItem' });

export const adSchema = z
  .strictObject({
    advertiser: z.string().nullable(),
    title: z.string().nullable(),
    text: z.string().nullable(),
    url: z.string().nullable(),
    position: z.string().nullable(),
  })
  .meta({ id: 'Ad' });

export const RESULT_TYPES = [
  'organic',
  'ad',
  'product_ad',
  'top_story',
  'news',
  'video',
  'image',
  'local',
  'sitelink',
  'knowledge',
  'perspective',
  'job',
  'other',
] as const;

export const resultSchema = z
  .strictObject({
    type: z.enum(RESULT_TYPES),
    rank: z.int().positive(),
    rankInType: z.int().positive(),
    position: z.enum(['main', 'top', 'bottom', 'right']),
    title: z.string().nullable(),
    url: z.string().nullable(),
    wrappedUrl: z.string().optional(),
    displayedLink: z.string().nullable(),
    snippet: z.string().nullable(),
    publishedAt: z.string().nullable(),
    publisher: z.string().nullable(),
    domain: z.string().nullable(),
    attributes: z.record(z.string(), z.string()).optional(),
  })
  .meta({ id: 'Result' });

export const relatedSchema = z
  .strictObject({ type: z.enum(['question', 'search', 'follow_up']), text: z.string() })
  .meta({ id: 'Related' });

export const evidenceSchema = z
  .strictObject({
    sources: z.array(sourceSchema),
    fanOut: z.strictObject({
      provenance: z.enum(['observed', 'inferred', 'unavailable']),
      queries: z.array(z.string()),
    }),
    mentions: z.array(mentionSchema).nullable(),
    shopping: z.array(shoppingItemSchema).nullable(),
    ads: z.array(adSchema).nullable(),
    results: z.array(resultSchema).nullable(),
    related: z.array(relatedSchema).nullable(),
  })
  .meta({ id: 'Evidence' });

export type Source = z.infer<typeof sourceSchema>;
export type Mention = z.infer<typeof mentionSchema>;
export type ShoppingItem = z.infer<typeof shoppingItemSchema>;
export type Ad = z.infer<typeof adSchema>;
export type Result = z.infer<typeof resultSchema>;
export type Related = z.infer<typeof relatedSchema>;
export type Evidence = z.infer<typeof evidenceSchema>;

/** What a capture without an answer shows. */
export const EMPTY_EVIDENCE: Evidence = {
  sources: [],
  fanOut: { provenance: 'unavailable', queries: [] },
  mentions: null,
  shopping: null,
  ads: null,
  results: null,
  related: null,
};
