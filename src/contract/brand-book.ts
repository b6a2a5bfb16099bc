import { z } from 'zod';

/** What a term is to its brand; only `product` terms do not stand for the brand's name. */
export const TERM_KINDS = ['name', 'alias', 'product'] as const;

/** One spelling under which a brand is found in answers. */
export const brandTermSchema = z
  .strictObject({
    id: z.string().min(1).describe('unique in the book'),
    text: z.string().min(1).max(200),
    kind: z.enum(TERM_KINDS),
    language: z.string().nullable().describe('BCP 47 primary tag; null: every language'),
    caseSensitive: z.boolean(),
    /** A short or common term counts only with one of these words within 50 characters. */
    minContext: z.array(z.string().min(1)),
  })
  .meta({ id: 'BrandTerm' });

/** What a brand declares about itself; answers are checked against it, null means not declared. */
export const brandFactsSchema = z
  .strictObject({
    description: z.string().nullable(),
    foundedYear: z.int().min(1800).max(2100).nullable(),
    headquarters: z.string().nullable(),
    prices: z.array(z.strictObject({ product: z.string(), amount: z.number(), currency: z.string() })),
  })
  .meta({ id: 'BrandFacts' });

export const brandSchema = z
  .strictObject({
    id: z.string().min(1),
    name: z.string().min(1).max(80),
    own: z.boolean().describe('own brand, or a competitor'),
    /** Registrable domains (`acme.com`), subdomains (`shop.acme.com`) or paths (`youtube.com/@acme`). */
    domains: z.array(z.string().min(1)),
    terms: z.array(brandTermSchema),
    /** Phrases that contain a term and mean something else; they hide it. */
    deny: z.array(z.string().min(1)),
    facts: brandFactsSchema.nullable(),
  })
  .meta({ id: 'Brand' });

/** All brands of one question, with every spelling: what answers are matched against. */
export const brandBookSchema = z.strictObject({ brands: z.array(brandSchema) }).meta({ id: 'BrandBook' });

export type BrandTerm = z.infer<typeof brandTermSchema>;
export type BrandFacts = z.infer<typeof brandFactsSchema>;
export type Brand = z.infer<typeof brandSchema>;
export type BrandBook = z.infer<typeof brandBookSchema>;
