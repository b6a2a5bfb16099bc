import type { Facts } from './brand.ts';

interface Stated {
  field: keyof Facts;
  value: string | number | string[];
}

type Thing = Record<string, unknown>;

const ORGANISATION =
  /(?:Organization|Corporation|LocalBusiness|OnlineBusiness|OnlineStore|Store|NGO|Airline|Brand)$/;
const LONGEST = 500;
const LONGEST_TEXT = 2_000;
const MOST = 10;
const MOST_FACTS = 20;

/**
 * What the schema.org organisations of a page state, property by property (https://schema.org/Organization, read
 * 2026-11-27), under the names of our facts. The first object that states a property counts.
 */
export function organisationFacts(jsonLd: readonly Thing[]): Stated[] {
  const stated = jsonLd.filter(isOrganisation).flatMap(factsOf);
  return [...new Map(stated.reverse().map((own) => [own.field, own])).values()].reverse();
}

function isOrganisation(thing: Thing): boolean {
  return listOf(thing['@type']).some((type) => typeof type === 'string' && ORGANISATION.test(type));
}

function factsOf(own: Thing): Stated[] {
  const offers = listOf(own.makesOffer).flatMap((offer) => (isThing(offer) ? listOf(offer.itemOffered) : []));
  const texts: readonly [keyof Facts, string | null][] = [
    ['description', textOf(own.description, LONGEST_TEXT)],
    ['tagline', textOf(own.slogan)],
    ['company_size', sizeOf(own.numberOfEmployees)],
    ['headquarters', placeOf(own.address) ?? placeOf(thingOf(own.location)?.address) ?? null],
    ['industry', textOf(own.industry)],
  ];
  const lists: readonly [keyof Facts, string[]][] = [
    ['key_people', [...peopleOf(own.founder), ...peopleOf(own.founders), ...peopleOf(own.employee)]],
    ['products', namesOf(offers.filter((offer) => typed(offer, 'Product')))],
    ['services', namesOf(offers.filter((offer) => typed(offer, 'Service')))],
    ['key_facts', listOf(own.award).flatMap((award) => textOf(award) ?? [])],
  ];
  const year = /^(1[89]\d\d|20\d\d)(?:-|$)/.exec(textOf(own.foundingDate) ?? '')?.[1];
  return [
    ...(year === undefined ? [] : [{ field: 'founded_year' as const, value: Number(year) }]),
    ...texts.flatMap(([field, value]) => (value === null ? [] : [{ field, value }])),
    ...lists.flatMap(([field, values]) => {
      const value = [...new Set(values)].slice(0, field === 'key_facts' ? MOST_FACTS : MOST);
      return value.length === 0 ? [] : [{ field, value }];
    }),
  ];
}

function listOf(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

function isThing(value: unknown): value is Thing {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function thingOf(value: unknown): Thing | undefined {
  return listOf(value).find(isThing);
}

function typed(value: unknown, type: string): boolean {
  return (
    isThing(value) && listOf(value['@type']).some((own) => typeof own === 'string' && own.endsWith(type))
  );
}

/** A text as one line, or null for what is none. */
function textOf(value: unknown, longest = LONGEST): string | null {
  const [first] = listOf(value);
  if (typeof first !== 'string' && typeof first !== 'number') return null;
  const text = String(first).replaceAll(/\s+/g, ' ').trim();
  return text === '' ? null : text.slice(0, longest);
}

/** `120`, or `50–200`. */
function sizeOf(value: unknown): string | null {
  const thing = thingOf(value);
  if (thing === undefined) return textOf(value);
  const [low, high] = [textOf(thing.minValue), textOf(thing.maxValue)];
  if (low !== null && high !== null) return `${low}–${high}`;
  return textOf(thing.value) ?? low ?? high;
}

function placeOf(value: unknown): string | null {
  const thing = thingOf(value);
  if (thing === undefined) return textOf(value);
  const country = isThing(thing.addressCountry)
    ? textOf(thing.addressCountry.name)
    : textOf(thing.addressCountry);
  const parts = [textOf(thing.addressLocality), textOf(thing.addressRegion), country];
  const told = parts.filter((part) => part !== null);
  return told.length === 0 ? null : told.join(', ').slice(0, LONGEST);
}

/** `Ada Ng, Chief Executive`. */
function peopleOf(value: unknown): string[] {
  return listOf(value).flatMap((person) => {
    if (!isThing(person)) return textOf(person) ?? [];
    const [name, title] = [textOf(person.name), textOf(person.jobTitle)];
    if (name === null) return [];
    return [(title === null ? name : `${name}, ${title}`).slice(0, LONGEST)];
  });
}

function namesOf(things: readonly unknown[]): string[] {
  return things.flatMap((thing) => (isThing(thing) ? (textOf(thing.name) ?? []) : []));
}
