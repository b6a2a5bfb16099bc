import type { Brand, BrandBook, BrandTerm } from '../../../src/contract/brand-book.ts';

/** A term from its text; what a test does not name is the ordinary. */
export interface TermSpec extends Partial<Omit<BrandTerm, 'text' | 'id'>> {
  text: string;
}

export interface BrandSpec {
  id: string;
  terms: readonly (string | TermSpec)[];
  domains?: readonly string[];
  deny?: readonly string[];
}

/** Brands as tests write them: ids of terms are `<brand>:<text>`, the first term is the name. */
export function bookOf(...specs: BrandSpec[]): BrandBook {
  return { brands: specs.map(brandOf) };
}

function brandOf({ id, terms, domains = [], deny = [] }: BrandSpec): Brand {
  const full = terms.map((term, index): BrandTerm => {
    const spec: TermSpec = typeof term === 'string' ? { text: term } : term;
    return {
      kind: index === 0 ? 'name' : 'alias',
      language: null,
      caseSensitive: false,
      minContext: [],
      ...spec,
      id: `${id}:${spec.text}`,
    };
  });
  return {
    id,
    name: full[0]?.text ?? id,
    own: false,
    domains: [...domains],
    terms: full,
    deny: [...deny],
    facts: null,
  };
}
