/** What an element must bear: a tag, an attribute (with this value), or a word in it (a class). */
export interface Mark {
  kind: 'tag' | 'attribute' | 'word';
  /** In lower case, as the parser gives it. */
  name: string;
  value?: string;
}

/** One of a selector's alternatives: what the element itself must bear, never nothing, and what must be somewhere on the page. */
export interface Alternative {
  subject: readonly [Mark, ...Mark[]];
  around: readonly Mark[];
}

/** A selector's alternatives. What bears the marks may still not match; what does not, never does. */
export type SelectorPlan = readonly Alternative[];

const SIMPLE =
  /(?<tag>[a-z][\w-]*)|\*|#(?<id>[\w-]+)|\.(?<word>[\w-]+)|\[\s*(?<attribute>[\w-]+)\s*(?:(?<operator>[~|^$*]?=)\s*(?:"(?<double>[^"\\]*)"|'(?<single>[^'\\]*)'|(?<bare>[\w-]+))\s*(?<flag>[is])?\s*)?\]|:(?:not|has|is)(?=\()/iy;
const COMBINATOR = /\s*[>+~]\s*|\s+/y;
const COMMA = /\s*,\s*/y;
/** Attributes whose values CSS compares as they are written; those of HTML's own may be compared without case. */
const LITERAL = /^(?:id|data-[\w-]+)$/;
/** Selectors are constants of adapters. */
const MOST_KNOWN = 2_000;

const known = new Map<string, SelectorPlan | undefined>();

/** How to find a selector's elements by their marks; undefined where it cannot be told, and the page must be walked. Pure. */
export function selectorPlan(css: string): SelectorPlan | undefined {
  if (known.has(css)) return known.get(css);
  const plan = planOf(css.trim());
  if (known.size < MOST_KNOWN) known.set(css, plan);
  return plan;
}

function planOf(css: string): SelectorPlan | undefined {
  const plan: Alternative[] = [];
  let around: Mark[] = [];
  let at = 0;
  for (;;) {
    const compound = compoundAt(css, at);
    if (compound === undefined) return undefined;
    at = compound.end;
    const comma = endOf(COMMA, css, at);
    if (comma === undefined && at < css.length) {
      const next = endOf(COMBINATOR, css, at);
      if (next === undefined) return undefined;
      around.push(...compound.marks);
      at = next;
      continue;
    }
    const [first, ...more] = compound.marks;
    if (first === undefined) return undefined;
    plan.push({ subject: [first, ...more], around });
    if (comma === undefined) return plan;
    around = [];
    at = comma;
  }
}

/** The marks of one compound selector, and where it ends; undefined for what is not understood. */
function compoundAt(css: string, start: number): { marks: Mark[]; end: number } | undefined {
  const marks: Mark[] = [];
  let at = start;
  for (;;) {
    SIMPLE.lastIndex = at;
    const found = SIMPLE.exec(css);
    if (found === null || (found.groups?.tag !== undefined && at !== start)) break;
    at = SIMPLE.lastIndex;
    if (found[0].startsWith(':')) {
      const end = closing(css, at);
      if (end === undefined) return undefined;
      at = end;
    } else marks.push(...marksOf(found.groups ?? {}));
  }
  return at === start ? undefined : { marks, end: at };
}

function marksOf({ tag, id, word, attribute, operator, double, single, bare, flag }: Groups): Mark[] {
  if (tag !== undefined) return [{ kind: 'tag', name: tag.toLowerCase() }];
  if (id !== undefined) return [{ kind: 'attribute', name: 'id', value: id }];
  if (word !== undefined) return [{ kind: 'word', name: 'class', value: word }];
  if (attribute === undefined) return [];
  const name = attribute.toLowerCase();
  const value = double ?? single ?? bare;
  const literal = operator === '=' && flag === undefined && value !== undefined && LITERAL.test(name);
  return [literal ? { kind: 'attribute', name, value } : { kind: 'attribute', name }];
}

type Groups = Readonly<Record<string, string | undefined>>;

/** Where what stands in parentheses ends; `at` is the opening one. */
function closing(css: string, at: number): number | undefined {
  let depth = 0;
  let quote: string | undefined;
  for (let place = at; place < css.length; place++) {
    const char = css[place];
    if (char === '\\') return undefined;
    if (quote !== undefined) quote = char === quote ? undefined : quote;
    else if (char === '"' || char === "'") quote = char;
    else if (char === '(') depth++;
    else if (char === ')' && --depth === 0) return place + 1;
  }
  return undefined;
}

function endOf(pattern: RegExp, css: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(css) ? pattern.lastIndex : undefined;
}
