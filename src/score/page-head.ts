import { type CheerioAPI, type Element, elementsOf } from '../extract/dom.ts';
import { nodeText } from './block-text.ts';

/** What a page says about itself beside its text. */
export interface PageHead {
  title: string | null;
  description: string | null;
  /** `href` of the canonical link, as written. */
  canonical: string | null;
  /** `robots` and crawler-named meta directives, lower case, with the name of the meta element. */
  robots: { name: string; directives: string[] }[];
  lang: string | null;
  author: string | null;
  modified: string | null;
  published: string | null;
  /** JSON-LD objects, `@graph` unfolded. */
  jsonLd: Record<string, unknown>[];
  jsonLdBroken: number;
  h1: string[];
}

const MAX_LD_OBJECTS = 500;

/** Reads the head of a parsed page. */
export function readHead($: CheerioAPI): PageHead {
  const meta = new Map<string, string>();
  const robots: PageHead['robots'] = [];
  let canonical: string | null = null;
  let title: string | null = null;
  let lang: string | null = null;
  const h1: string[] = [];
  const scripts: string[] = [];
  const root = $.root()[0];
  for (const element of root === undefined ? [] : elementsOf(root)) {
    const { name, attribs } = element;
    if (name === 'html') lang ??= attribs.lang ?? attribs['xml:lang'] ?? null;
    else if (name === 'title' && !insideDrawing(element)) title ??= nodeText(element) || null;
    else if (name === 'h1') h1.push(nodeText(element));
    else if (name === 'link' && /(?:^|\s)canonical(?:\s|$)/i.test(attribs.rel ?? ''))
      canonical ??= attribs.href ?? null;
    else if (name === 'script' && /ld\+json/i.test(attribs.type ?? '')) scripts.push($(element).text());
    else if (name === 'meta') readMeta(attribs, meta, robots);
  }
  const { objects, broken } = readJsonLd(scripts);
  const first = (...names: string[]): string | null =>
    names.map((name) => meta.get(name)).find((value) => value !== undefined && value !== '') ?? null;
  return {
    title: title ?? first('og:title'),
    description: first('description', 'og:description'),
    canonical,
    robots,
    lang,
    author: first('author', 'article:author'),
    modified: first('article:modified_time', 'og:updated_time', 'last-modified', 'dcterms.modified'),
    published: first('article:published_time', 'date', 'dcterms.created', 'dc.date'),
    jsonLd: objects,
    jsonLdBroken: broken,
    h1: h1.filter((text) => text !== ''),
  };
}

function insideDrawing(element: Element): boolean {
  return element.parent?.type === 'tag' && element.parent.name === 'svg';
}

/** Everybody, and the crawlers that a search surface rests on. */
export const CRAWLER_METAS =
  /^(?:robots|googlebot|googlebot-news|bingbot|oai-searchbot|perplexitybot|claude-searchbot|applebot)$/;

function readMeta(
  attribs: Record<string, string>,
  meta: Map<string, string>,
  robots: PageHead['robots'],
): void {
  const name = (attribs.name ?? attribs.property ?? attribs['http-equiv'] ?? '').toLowerCase().trim();
  const content = (attribs.content ?? '').trim();
  if (name === '' || content === '') return;
  if (CRAWLER_METAS.test(name)) robots.push({ name, directives: directivesOf(content) });
  if (!meta.has(name)) meta.set(name, content.slice(0, 2_000));
}

/** `noindex, max-snippet: 0` as lower-case directives without blanks. */
export function directivesOf(content: string): string[] {
  return content
    .toLowerCase()
    .split(',')
    .map((part) => part.replaceAll(/\s+/g, ''))
    .filter((part) => part !== '');
}

/** Objects of all JSON-LD scripts; a script that does not parse is counted and otherwise ignored. */
function readJsonLd(scripts: readonly string[]): { objects: Record<string, unknown>[]; broken: number } {
  const objects: Record<string, unknown>[] = [];
  let broken = 0;
  for (const script of scripts) {
    try {
      const waiting: unknown[] = [JSON.parse(script)];
      while (waiting.length > 0 && objects.length < MAX_LD_OBJECTS) {
        const value = waiting.shift();
        if (Array.isArray(value)) waiting.push(...value.slice(0, MAX_LD_OBJECTS));
        else if (typeof value === 'object' && value !== null) {
          const object = value as Record<string, unknown>;
          objects.push(object);
          if (Array.isArray(object['@graph'])) waiting.push(...object['@graph'].slice(0, MAX_LD_OBJECTS));
        }
      }
    } catch {
      broken++;
    }
  }
  return { objects, broken };
}
