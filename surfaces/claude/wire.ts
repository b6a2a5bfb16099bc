import { z } from 'zod';

/*
 * What we use of Claude's messages (stream of 2026-04, conversation JSON and exports to 2026-09). Read leniently: a
 * field of another shape counts as not there, one bad element does not cost its list.
 */
const text = z.string().nullable().catch(null);
const offset = z.number().int().nonnegative().nullable().catch(null);

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

const siteMetadata = z
  .object({ site_domain: text, site_name: text, age: text })
  .catch({ site_domain: null, site_name: null, age: null });

const linkSchema = z.object({ title: text, url: text, source: text, content_body: text });

/** One citation of the answer: its page, and further pages behind the same chip ("+2"). */
export const citationSchema = z.object({
  uuid: text,
  title: text,
  url: text,
  metadata: siteMetadata,
  sources: list(linkSchema),
  /** Only in finished messages. */
  start_index: offset,
  end_index: offset,
});

/** One page that a search or a fetch brought back. */
export const knowledgeSchema = z.object({
  title: text,
  url: z.string(),
  metadata: siteMetadata,
  prompt_context_metadata: z.object({ age: text }).catch({ age: null }),
  /** The public API's name for the age. */
  page_age: text,
});

const place = z.object({ name: z.string() });

/** Input of the tool that shows places on a map: a plain list, or one per day of an itinerary. */
export const placesSchema = z.object({
  locations: list(place),
  days: list(z.object({ locations: list(place) })),
});

export const limitSchema = z.object({
  type: z.string(),
  /** Seconds since the epoch. */
  resetsAt: z.number().nullable().catch(null),
  windows: z.record(z.string(), z.unknown()).catch({}),
});

export type Citation = z.infer<typeof citationSchema>;
export type Knowledge = z.infer<typeof knowledgeSchema>;

/** A JSON object as it came over the wire. */
export type Json = Record<string, unknown>;

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A field's text, empty where it holds none. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function arrayOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
