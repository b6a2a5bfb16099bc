import { foundingYears, statedSeats } from '../measure/fact-patterns.ts';
import type { PageModel, Section } from '../score/page-model.ts';
import type { Facts } from './brand.ts';
import { organisationFacts } from './organisation-facts.ts';

/** Where on a page a fact was read. */
export type FactBasis = 'schema_org' | 'meta_description' | 'page_text';

/** A fact with the page that says so; `quote` is what stands there, at most 300 characters. */
export interface FoundFact {
  field: keyof Facts;
  value: string | number | string[];
  url: string;
  basis: FactBasis;
  quote: string;
}

const QUOTE_LENGTH = 300;
const LONGEST_TEXT = 2_000;
const FEWEST_WORDS = 8;

/**
 * What a page of a brand's own site says of the brand (specs/analysis.md A.4): its schema.org organisation first, then
 * its description for search engines, then sentences and headings of known wording. Nothing is concluded: what the page
 * does not say is not in the result. A sentence counts only when it names the brand or says “we”: a site also speaks of its
 * customers. One entry per field; no language model. Pure.
 */
export function factsOfPage(page: PageModel, brand: string): FoundFact[] {
  const url = page.url ?? '';
  const found = new Map<keyof Facts, FoundFact>();
  const add = (basis: FactBasis, field: keyof Facts, value: FoundFact['value'], quote: string): void => {
    if (found.has(field) || value === '' || (Array.isArray(value) && value.length === 0)) return;
    found.set(field, { field, value, url, basis, quote: quote.slice(0, QUOTE_LENGTH) });
  };
  for (const { field, value } of organisationFacts(page.head.jsonLd)) {
    add('schema_org', field, value, Array.isArray(value) ? value.join(', ') : String(value));
  }
  const { description } = page.head;
  if (description !== null)
    add('meta_description', 'description', description.slice(0, LONGEST_TEXT), description);
  for (const { text } of page.sentences) {
    if (!WE.test(text) && !text.toLowerCase().includes(brand.toLowerCase())) continue;
    const [year, ...others] = foundingYears(text);
    // A sentence with several founding years speaks of several companies.
    if (year !== undefined && others.length === 0) add('page_text', 'founded_year', year, text);
    const [seat] = statedSeats(text);
    if (seat !== undefined) add('page_text', 'headquarters', seat.place, text);
  }
  const mission = sectionCalled(page, MISSION);
  if (mission !== null) add('page_text', 'mission_statement', mission, mission);
  const about = sectionCalled(page, ABOUT);
  if (about !== null) add('page_text', 'description', about, about);
  return [...found.values()];
}

const WE = /(?<!\p{L})(?:we|wir|nous|nosotros|noi|nós|wij|vi)(?!\p{L})/iu;
const MISSION =
  /^(?:our |the )?mission\b|^(?:unsere |our )?mission(?: statement)?$|^(?:notre|nuestra|nossa|la nostra) missi/i;
const ABOUT =
  /^(?:about(?: us)?|who we are|our company|über uns|wir über uns|à propos|qui sommes|quiénes somos|acerca de|chi siamo|sobre|over ons|om oss)\b/i;

/** The first paragraph of eight words or more under a heading of that wording. */
function sectionCalled({ sections }: PageModel, heading: RegExp): string | null {
  const called = sections.find(
    (own: Section) => own.heading !== null && heading.test(own.heading.text.trim()),
  );
  const paragraph = called?.blocks.find(
    ({ kind, text }) => kind === 'paragraph' && text.trim().split(/\s+/).length >= FEWEST_WORDS,
  );
  return paragraph?.text.trim().slice(0, LONGEST_TEXT) ?? null;
}

const ABOUT_LINK =
  /(?<!\p{L})(?:about|(?:über|ueber|uber)[- ]?uns|[aà][- ]propos|qui[- ]sommes|qui[eé]nes|acerca|chi[- ]siamo|sobre|om[- ]oss|over[- ]ons|company|unternehmen|impressum)(?!\p{L})|会社概要|关于我们|من نحن/iu;

/**
 * The page on which a site speaks of itself, as its own links name it; of the same host, never the page itself. Null
 * where none is linked.
 */
export function aboutPage({ url, whole }: PageModel): string | null {
  if (url === null || !URL.canParse(url)) return null;
  const here = new URL(url);
  const links = whole.blocks.flatMap(({ links: own }) => own);
  const named = links.flatMap(({ href, text }, order) => {
    if (!URL.canParse(href, url)) return [];
    const target = new URL(href, url);
    target.hash = '';
    if (target.hostname !== here.hostname || !/^https?:$/.test(target.protocol)) return [];
    if (target.href === here.href || target.pathname === here.pathname) return [];
    const byPath = ABOUT_LINK.test(decoded(target.pathname).replaceAll(/[/_.]/g, ' '));
    const byText = ABOUT_LINK.test(text);
    if (!byPath && !byText) return [];
    // “About us” before “Company news”: the shorter path is the page itself.
    const weight = (byPath ? 0 : 1) + target.pathname.split('/').length;
    return [{ href: target.href, weight, order }];
  });
  const [best] = named.sort((a, b) => a.weight - b.weight || a.order - b.order);
  return best?.href ?? null;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    // Percent signs that encode nothing; the path as it is written.
    return path;
  }
}
