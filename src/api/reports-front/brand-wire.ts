import languages from 'iso-639-1';
import { z } from 'zod';
import {
  type BrandFields,
  brandsAsWritten,
  type Facts,
  factProposalsSchema,
  factSourcesSchema,
  factsSchema,
  type OwnBrand,
} from '../../analysis/brand.ts';
import { countryCodeOf } from '../../contract/countries.ts';
import { ApiError } from '../../contract/errors.ts';
import { bookFileProblems } from '../../measure/book-problems.ts';
import { isoTime } from '../../platform/clock.ts';
import { type Fault, validationError } from './report-errors.ts';

const competitor = z.strictObject({
  name: z.string(),
  website: z.string().nullable().optional(),
  aliases: z.array(z.string()).optional(),
});

const fields = {
  name: z.string().describe('1 to 80 characters.'),
  website: z.string().describe('An http or https URL of the public internet.'),
  brand_aliases: z.array(z.string()).optional().describe('At most 50.'),
  categories: z.array(z.string()).optional().describe('At most 30 of 100 characters.'),
  country: z.string().nullable().optional(),
  language: z.string().nullable().optional().describe('A name or a code; shown as its English name.'),
  competitors: z.array(competitor).optional().describe('Whom it is compared with (an addition of ours).'),
};

export const brandBodySchema = z.strictObject(fields).meta({ id: 'BrandCreate' });
export const brandPatchSchema = z.strictObject(fields).partial().meta({ id: 'BrandUpdate' });

export const brandSchema = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    website: z.string(),
    brand_aliases: z.array(z.string()),
    brand_info_summary: z.string().nullable(),
    categories: z.array(z.string()),
    competitors: z.array(
      z.strictObject({ name: z.string(), website: z.string().nullable(), aliases: z.array(z.string()) }),
    ),
    country: z.string().nullable(),
    language: z.string().nullable(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
    object: z.literal('brand'),
  })
  .meta({ id: 'BrandOut' });

export const factsPatchSchema = z
  .strictObject({
    description: z.string().nullable(),
    company_size: z.string().nullable(),
    founded_year: z.number().nullable(),
    headquarters: z.string().nullable(),
    industry: z.string().nullable(),
    key_facts: z.array(z.string()).nullable(),
    key_people: z.array(z.string()).nullable(),
    mission_statement: z.string().nullable(),
    products: z.array(z.string()).nullable(),
    services: z.array(z.string()).nullable(),
    tagline: z.string().nullable(),
    value_proposition: z.string().nullable(),
  })
  .partial()
  .meta({ id: 'BrandFactsUpdate' });

export const factsOutSchema = factsSchema
  .extend({
    brand_id: z.uuid(),
    object: z.literal('brand.facts'),
    sources: factSourcesSchema.describe(
      'Ours: where research read a fact on the site, by field; not taken: only proposed. Fields without one are yours.',
    ),
    proposals: factProposalsSchema
      .optional()
      .describe(
        'Ours: what a language model, where one is configured, read on the site about fields nobody has stated. Used in nothing until you write it as a fact.',
      ),
  })
  .meta({ id: 'BrandFactsOut' });

export const researchBodySchema = z.strictObject({}).optional().meta({ id: 'FactsResearch' });

export const researchSchema = z
  .strictObject({ job_id: z.uuid(), object: z.literal('brand.facts.research'), brand_id: z.uuid() })
  .meta({ id: 'FactsResearchDispatched' });

export type BrandBody = z.infer<typeof brandBodySchema>;

export function presentBrand(brand: OwnBrand): z.infer<typeof brandSchema> {
  return {
    ...{ id: brand.id, name: brand.name, website: brand.website, brand_aliases: brand.aliases },
    brand_info_summary: brand.facts.description,
    ...{ categories: brand.categories, competitors: brand.competitors },
    ...{ country: brand.country, language: brand.language },
    created_at: isoTime(brand.createdAt.getTime()),
    updated_at: isoTime(brand.updatedAt.getTime()),
    object: 'brand',
  };
}

export function presentFacts(brand: OwnBrand): z.infer<typeof factsOutSchema> {
  const { id, facts, factSources, factProposals } = brand;
  return {
    ...{ ...facts, brand_id: id, object: 'brand.facts', sources: factSources },
    ...(Object.keys(factProposals).length === 0 ? {} : { proposals: factProposals }),
  };
}

/**
 * What a body says about a brand, checked as a whole, with the facts the brand has. Throws validation_error that names
 * every fault with its place, or CONFLICT that names both brands of one spelling.
 */
export function checkedBrand(body: BrandBody, facts: Facts): BrandFields {
  const brand: BrandFields = {
    ...{ name: body.name.trim(), website: body.website.trim() },
    country: body.country ?? null,
    language: languageName(body.language ?? null),
    aliases: body.brand_aliases ?? [],
    categories: body.categories ?? [],
    competitors: (body.competitors ?? []).map(({ name, website = null, aliases = [] }) => ({
      ...{ name, website, aliases },
    })),
  };
  const problems = bookFileProblems(brandsAsWritten({ ...brand, facts }));
  const faults = [...categoryFaults(brand.categories), ...placeFaults(body)];
  for (const { path, message, kind } of problems) {
    if (kind === 'invalid') faults.push({ loc: ['body', ...bodyPath(path)], msg: message, type: 'value' });
  }
  if (faults.length > 0) throw validationError(faults);
  const conflict = problems.find(({ kind }) => kind === 'conflict');
  if (conflict !== undefined) {
    const loc = ['body', ...bodyPath(conflict.path)];
    throw new ApiError('CONFLICT', conflict.message, { details: { reason: 'alias_taken', loc } });
  }
  return brand;
}

/** A place in the book as a place in the body: brand 0 is the body itself, the others are its competitors. */
function bodyPath(path: readonly (string | number)[]): (string | number)[] {
  const [, index, field, ...rest] = path;
  if (index === 0) return field === undefined ? [] : [field === 'aliases' ? 'brand_aliases' : field, ...rest];
  return ['competitors', Number(index) - 1, ...(field === undefined ? [] : [field, ...rest])];
}

function categoryFaults(categories: readonly string[]): Fault[] {
  const loc = ['body', 'categories'];
  if (categories.length > 30) {
    return [{ loc, msg: `categories may be at most 30, not ${categories.length}`, type: 'length' }];
  }
  return categories.flatMap((text, index) =>
    text.trim() === '' || text.length > 100
      ? [
          {
            loc: [...loc, index],
            msg: `a category has 1 to 100 characters, not ${text.length}`,
            type: 'length',
          },
        ]
      : [],
  );
}

function placeFaults({ country, language }: BrandBody): Fault[] {
  const faults: Fault[] = [];
  if (country && countryCodeOf(country) === undefined) {
    faults.push({ loc: ['body', 'country'], msg: `'${country.slice(0, 60)}' is no country`, type: 'value' });
  }
  if (language && languageName(language) === null) {
    faults.push({
      loc: ['body', 'language'],
      msg: `'${language.slice(0, 60)}' is no language`,
      type: 'value',
    });
  }
  return faults;
}

/** The English name of `en`, `en-US` or `English`; null for no language. */
export function languageName(language: string | null): string | null {
  if (language === null) return null;
  const text = language.trim();
  const code =
    languages.validate(text.slice(0, 2).toLowerCase()) && /^[a-z]{2}([-_]|$)/i.test(text)
      ? text.slice(0, 2).toLowerCase()
      : languages.getCode(text);
  return code === '' ? null : languages.getName(code);
}
