import type { DraftCitation, DraftSource } from '../../src/contract/extraction.ts';
import { markText } from '../../src/extract/marks.ts';
import { draftOf, isOutside } from './sources.ts';

/** Code is split off first: brackets in it are no references. */
const CODE = /(```[\s\S]*?(?:```|$)|`[^`\n]*`)/;
/** `[1]: https://… "Title"`: where numbers are defined in the text itself, that settles what they stand for. */
const DEFINITION = /^ {0,3}\[(\d{1,3})\]:[ \t]*<?(https?:\/\/[^\s>]+)>?(?:[ \t]+["'(](.*)["')])?[ \t]*$\n?/gm;
/** `[Title][1]`; titles hold brackets of their own. Bounded, so that no text costs more than its length. */
const NAMED = String.raw`\[((?:(?!\(\[|\]\[\d)[^\n]){0,300})\]\[(\d{1,3})\]`;
const GROUP = new RegExp(String.raw`[ \u00A0]*\(${NAMED}(?:[\s,;]*${NAMED})*\)`, 'g');
/** Not after a word: `a[0][1]` is an index. */
const NAMED_LINK = new RegExp(String.raw`(?<!\w)${NAMED}`, 'g');
/** `[1]`, `[^1]`, `[^1^]`. */
const NUMBER = /[ \u00A0]*(?<![\w\]])\[\^?(\d{1,3})\^?\](?![([:\w])/g;
const LINK =
  /(?<!!)(\()?\[([^\]\n]{0,500})\]\((https?:\/\/[^\s()]+(?:\([^\s()]*\)[^\s()]*)*)(?:\s+"([^"\n]*)")?\)(\))?/g;

/** A source and the number or title by which the text may speak of it. */
export interface Reference {
  source: DraftSource;
  title: string;
}

/** Text with citation marks in it, and what they stand for. */
export interface Marked {
  markdown: string;
  citations: DraftCitation[];
  sources: DraftSource[];
  /** True when citations came but nothing tells where they belong. */
  placesUnknown: boolean;
}

/** Pages the text defines itself, by number, and the text without the definitions. */
interface Defined {
  text: string;
  byNumber: Map<string, DraftSource>;
}

/** Collects the marks of one answer. */
class Marks {
  readonly citations: DraftCitation[] = [];
  readonly sources: DraftSource[] = [];

  /** A mark for what stands before it. */
  point(sources: readonly DraftSource[]): string {
    return markText(this.#add(sources, 'sentence'));
  }

  /** Marks around what the sources are named by. */
  around(text: string, source: DraftSource): string {
    const index = this.#add([source], 'exact');
    return `${markText(index, 'open')}${text}${markText(index, 'close')}`;
  }

  #add(sources: readonly DraftSource[], basis: DraftCitation['basis']): number {
    this.sources.push(...sources);
    return this.citations.push({ sourceKeys: [...new Set(sources.map(({ key }) => key))], basis }) - 1;
  }
}

/**
 * An answer's text with its references as marks: `([Title][1])`, `[1]` and links in the text where it has them, else
 * the places where citations arrived (`placed`: offsets into `text`, null where unknown). A number stands for its
 * definition in the text, else for the citation of that title, else for the citation that came at that place: their
 * order differs (sample of 2026-06). A citation without a place is listed without a mark. Pure.
 */
export function withMarks(
  text: string,
  references: readonly Reference[],
  placed: readonly { at: number | null; source: DraftSource }[],
): Marked {
  const marks = new Marks();
  const defined = readDefinitions(text);
  const resolve = (number: string, label: string): DraftSource | undefined =>
    defined.byNumber.get(number) ??
    references.find(({ title }) => title !== '' && title === label)?.source ??
    references[Number(number) - 1]?.source;
  const written = outsideCode(defined.text, (part) => markReferences(part, resolve, marks));
  const inText = marks.citations.length > 0;
  const markdown = inText ? written : markPlaces(defined.text, placed, marks);
  const linked = outsideCode(markdown, (part) => markLinks(part, marks));
  const unplaced = inText ? [] : placed.filter(({ at }) => at === null);
  for (const { source } of unplaced) marks.point([source]);
  return {
    markdown: linked.trim(),
    citations: marks.citations,
    sources: [...marks.sources, ...defined.byNumber.values()],
    placesUnknown: unplaced.length > 0 && unplaced.length === placed.length,
  };
}

function outsideCode(text: string, change: (part: string) => string): string {
  return text
    .split(CODE)
    .map((part, index) => (index % 2 === 1 ? part : change(part)))
    .join('');
}

function readDefinitions(text: string): Defined {
  const byNumber = new Map<string, DraftSource>();
  const rest = outsideCode(text, (part) =>
    part.replace(DEFINITION, (line, number: string, url: string, title: string | undefined) => {
      const source = draftOf({ url, title: title ?? null });
      if (source === undefined) return line;
      byNumber.set(number, source);
      return '';
    }),
  );
  return { text: rest, byNumber };
}

type Resolve = (number: string, label: string) => DraftSource | undefined;

function markReferences(text: string, resolve: Resolve, marks: Marks): string {
  const known = (group: string): DraftSource[] =>
    [...group.matchAll(NAMED_LINK)].flatMap(([, label = '', number = '']) => resolve(number, label) ?? []);
  return text
    .replace(GROUP, (group) => {
      const sources = known(group);
      return sources.length === 0 ? group : marks.point(sources);
    })
    .replace(NAMED_LINK, (all, label: string, number: string) => {
      const source = resolve(number, label);
      if (source === undefined) return all;
      return /^\d*$/.test(label.trim()) ? marks.point([source]) : marks.around(label, source);
    })
    .replace(NUMBER, (all, number: string) => {
      const source = resolve(number, '');
      return source === undefined ? all : marks.point([source]);
    });
}

/** Links of the text: a number or a bracketed one cites what precedes, any other stands for its own words. */
function markLinks(text: string, marks: Marks): string {
  return text.replace(
    LINK,
    (
      all,
      open: string | undefined,
      label: string,
      url: string,
      title: string | undefined,
      close: string | undefined,
    ) => {
      const source = isOutside(url) ? draftOf({ url, title: title ?? null }) : undefined;
      if (source === undefined) return all;
      const bracketed = open !== undefined && close !== undefined;
      if (bracketed || /^\^?\d*\^?$/.test(label.trim())) return marks.point([source]);
      return `${open ?? ''}${marks.around(`[${label}](${url})`, source)}${close ?? ''}`;
    },
  );
}

function markPlaces(
  text: string,
  placed: readonly { at: number | null; source: DraftSource }[],
  marks: Marks,
): string {
  let marked = '';
  let from = 0;
  for (const { at, source } of placed) {
    if (at === null) continue;
    const place = endOfWord(text, Math.max(at, from));
    marked += text.slice(from, place) + marks.point([source]);
    from = place;
  }
  return marked + text.slice(from);
}

/** Pieces of text end anywhere, also inside a word or between a pair of surrogates. */
function endOfWord(text: string, at: number): number {
  const rest = /^[\p{Script=Latin}\p{N}\uDC00-\uDFFF]+/u.exec(text.slice(at))?.[0] ?? '';
  const inside = /[\p{L}\p{N}\uD800-\uDBFF]$/u.test(text.slice(Math.max(0, at - 1), at));
  return inside ? at + rest.length : at;
}
