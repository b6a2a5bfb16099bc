import { z } from 'zod';
import type { Brand, BrandBook, BrandTerm } from './brand-book.ts';

const termInFileSchema = z.union([
  z.string(),
  z.strictObject({
    text: z.string(),
    language: z.string().optional().describe('BCP 47; left out: every language'),
    case_sensitive: z.boolean().optional(),
    context: z.array(z.string().min(1)).optional().describe('counts only with one of these words nearby'),
  }),
]);

const factsInFileSchema = z.strictObject({
  description: z.string().optional(),
  founded_year: z.int().min(1800).max(2100).optional(),
  headquarters: z.string().optional(),
  prices: z
    .array(z.strictObject({ product: z.string(), amount: z.number(), currency: z.string() }))
    .optional(),
});

const brandInFileSchema = z.strictObject({
  name: z.string(),
  own: z.boolean().optional(),
  website: z.string().optional(),
  domains: z.array(z.string().min(1)).optional(),
  aliases: z.array(termInFileSchema).optional(),
  products: z.array(termInFileSchema).optional(),
  deny: z.array(z.string().min(1)).optional(),
  facts: factsInFileSchema.optional(),
});

/**
 * A brand book as people write one (`fleet analyse --brand FILE`). Lengths are checked by `bookProblems`, which names
 * the place in words.
 */
export const brandBookFileSchema = z.strictObject({ brands: z.array(brandInFileSchema).min(1) });

export type BrandBookFile = z.infer<typeof brandBookFileSchema>;
export type BrandInFile = BrandBookFile['brands'][number];
type TermInFile = z.infer<typeof termInFileSchema>;

/**
 * The book with ids: a brand's is its name in small letters with dashes, a term's its brand's with its text; both stay
 * when other entries change. Without any `own` the first brand is the own one. The website adds its domain.
 */
export function bookFromFile(file: BrandBookFile): BrandBook {
  const someOwn = file.brands.some(({ own }) => own === true);
  const ids = new Set<string>();
  return {
    brands: file.brands.map((brand, index) => {
      const id = unused(slug(brand.name), ids);
      return brandOf(id, brand, someOwn ? brand.own === true : index === 0);
    }),
  };
}

function brandOf(id: string, brand: BrandInFile, own: boolean): Brand {
  const taken = new Set<string>();
  const termsOf = (kind: BrandTerm['kind'], terms: readonly TermInFile[]): BrandTerm[] =>
    terms.map((term) => termOf(id, kind, typeof term === 'string' ? { text: term } : term, taken));
  const website = brand.website === undefined ? null : domainOfWebsite(brand.website);
  return {
    id,
    name: brand.name.trim(),
    own,
    domains: [...new Set([...(website === null ? [] : [website]), ...(brand.domains ?? [])])],
    terms: [
      ...termsOf('name', [brand.name]),
      ...termsOf('alias', brand.aliases ?? []),
      ...termsOf('product', brand.products ?? []),
    ],
    deny: brand.deny ?? [],
    facts: brand.facts === undefined ? null : factsOf(brand.facts),
  };
}

function termOf(
  brandId: string,
  kind: BrandTerm['kind'],
  term: Exclude<TermInFile, string>,
  taken: Set<string>,
): BrandTerm {
  return {
    id: `${brandId}/${unused(slug(term.text), taken)}`,
    text: term.text.trim(),
    kind,
    language: term.language ?? null,
    caseSensitive: term.case_sensitive ?? false,
    minContext: term.context ?? [],
  };
}

function factsOf(facts: NonNullable<BrandInFile['facts']>): Brand['facts'] {
  return {
    description: facts.description ?? null,
    foundedYear: facts.founded_year ?? null,
    headquarters: facts.headquarters ?? null,
    prices: facts.prices ?? [],
  };
}

/** Letters and digits of every script in small letters, dashes between. */
function slug(text: string): string {
  const words = text
    .normalize('NFKC')
    .toLowerCase()
    .match(/[\p{L}\p{M}\p{N}]+/gu);
  return words?.join('-') ?? 'term';
}

function unused(wanted: string, taken: Set<string>): string {
  let id = wanted;
  for (let next = 2; taken.has(id); next += 1) id = `${wanted}-${next}`;
  taken.add(id);
  return id;
}

/** Hosts on which many brands live: there the path belongs to the brand, elsewhere the host does. */
const SHARED_HOSTS =
  /(?:^|\.)(?:youtube|facebook|instagram|linkedin|x|twitter|tiktok|pinterest|medium|reddit|etsy|ebay|amazon|github|gitlab|vk|weibo|linktr|patreon|notion)\.[a-z.]+$/;

/** What a website says of the brand's domains: its host without `www.`, with the path on shared hosts; null: no URL. */
export function domainOfWebsite(website: string): string | null {
  const text = website.trim();
  const absolute = text.includes('://') ? text : `https://${text}`;
  if (!URL.canParse(absolute)) return null;
  const url = new URL(absolute);
  const host = url.hostname.replace(/^www\./, '').replace(/\.$/, '');
  if (host === '') return null;
  return SHARED_HOSTS.test(host) ? host + url.pathname.replace(/\/+$/, '') : host;
}
