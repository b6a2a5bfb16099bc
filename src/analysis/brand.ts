import { z } from 'zod';
import type { BrandBook } from '../contract/brand-book.ts';
import { type BrandInFile, bookFromFile } from '../contract/brand-book-file.ts';
import { textSourceSchema } from './language-model.ts';

/** Somebody the own brand is compared with. */
export const competitorSchema = z.strictObject({
  name: z.string(),
  website: z.string().nullable(),
  aliases: z.array(z.string()),
});

/** What a brand says of itself (specs/analysis.md A.3); null: not said. */
export const factsSchema = z.strictObject({
  description: z.string().nullable().default(null),
  company_size: z.string().nullable().default(null),
  founded_year: z.int().nullable().default(null),
  headquarters: z.string().nullable().default(null),
  industry: z.string().nullable().default(null),
  key_facts: z.array(z.string()).default([]),
  key_people: z.array(z.string()).default([]),
  mission_statement: z.string().nullable().default(null),
  products: z.array(z.string()).default([]),
  services: z.array(z.string()).default([]),
  tagline: z.string().nullable().default(null),
  value_proposition: z.string().nullable().default(null),
});

/** Where a fact was read; `taken`: it is the brand's fact, else only proposed beside what the owner says. */
export const factSourceSchema = z.strictObject({
  value: z.union([z.string(), z.number(), z.array(z.string())]),
  url: z.string(),
  basis: z.enum(['schema_org', 'meta_description', 'page_text']),
  quote: z.string(),
  taken: z.boolean(),
  read_at: z.iso.datetime(),
});

/** By field of the facts; fields without an entry are the owner's own words. */
export const factSourcesSchema = z.partialRecord(factsSchema.keyof(), factSourceSchema);

/** What a language model read on the brand's own site: proposed to its owner, used in nothing. By field of the facts. */
export const factProposalsSchema = z.partialRecord(
  factsSchema.keyof(),
  z.strictObject({
    ...factSourceSchema.omit({ basis: true, taken: true }).shape,
    ...textSourceSchema.shape,
  }),
);

/** What a caller may say about a brand. */
export interface BrandFields {
  name: string;
  website: string;
  country: string | null;
  language: string | null;
  aliases: string[];
  categories: string[];
  competitors: Competitor[];
}

export interface OwnBrand extends BrandFields {
  id: string;
  facts: Facts;
  factSources: FactSources;
  factProposals: FactProposals;
  createdAt: Date;
  updatedAt: Date;
}

export type Competitor = z.infer<typeof competitorSchema>;
export type FactSources = z.infer<typeof factSourcesSchema>;
export type FactProposals = z.infer<typeof factProposalsSchema>;
export type Facts = z.infer<typeof factsSchema>;

/** As a book people would write it: the own brand first, its products and declared facts with it. */
export function brandsAsWritten(brand: BrandFields & { facts: Facts }): { brands: BrandInFile[] } {
  const { facts } = brand;
  return {
    brands: [
      {
        ...{ name: brand.name, own: true, website: brand.website, aliases: brand.aliases },
        products: facts.products,
        facts: {
          ...(facts.description === null ? {} : { description: facts.description }),
          ...(facts.founded_year === null ? {} : { founded_year: facts.founded_year }),
          ...(facts.headquarters === null ? {} : { headquarters: facts.headquarters }),
        },
      },
      ...brand.competitors.map(({ name, website, aliases }) => ({
        ...{ name, own: false, aliases },
        ...(website === null ? {} : { website }),
      })),
    ],
  };
}

/** The book answers are matched against. */
export function bookOf(brand: BrandFields & { facts: Facts }): BrandBook {
  return bookFromFile(brandsAsWritten(brand));
}
