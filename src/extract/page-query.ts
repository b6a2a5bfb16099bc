import { type CheerioAPI, type Element, isElement, parseHtml } from './dom.ts';
import { type Mark, type SelectorPlan, selectorPlan } from './selector-plan.ts';

/**
 * As parseHtml, for a page that is asked much and never changed: `$(css)` looks only at elements that bear a name or
 * attribute the selector asks for, found by one walk over the page. An adapter asks two dozen questions, and each walk of its
 * own costs as much as a tenth of parsing the page. What is found is the same, in the same order.
 */
export function parsePage(html: string): CheerioAPI {
  const $ = parseHtml(html);
  let index: PageIndex | undefined;
  return new Proxy($, {
    apply: (target, self: unknown, given: unknown[]) => {
      const [css, ...more] = given;
      const plan = typeof css === 'string' && more.length === 0 ? selectorPlan(css) : undefined;
      if (plan === undefined || typeof css !== 'string') return Reflect.apply(target, self, given);
      index ??= new PageIndex($.root()[0]?.children ?? []);
      const candidates = index.candidates(plan);
      return candidates.length === 0 ? target(candidates) : target(candidates).filter(css);
    },
  });
}

type Node = Element['children'][number];
/** Places of elements in `#elements`, ascending. */
type Places = readonly number[];
const NOWHERE: Places = [];

/** Which elements bear which tag and which attributes. */
class PageIndex {
  readonly #elements: Element[] = [];
  readonly #byTag = new Map<string, number[]>();
  readonly #byAttribute = new Map<string, number[]>();
  /** Those of attributes with a value, by what was asked for. */
  readonly #byValue = new Map<string, Places>();

  constructor(roots: readonly Node[]) {
    const waiting: Node[] = [...roots].reverse();
    for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
      if (isElement(node)) this.#add(node);
      if (!('children' in node)) continue;
      const { children } = node;
      for (let at = children.length - 1; at >= 0; at--) {
        const child = children[at];
        if (child !== undefined) waiting.push(child);
      }
    }
  }

  /** All elements the selector can mean, in document order. */
  candidates(plan: SelectorPlan): Element[] {
    const lists = plan.flatMap(({ subject, around }) => {
      if (around.some((mark) => this.#places(mark).length === 0)) return [];
      const bearers = subject.map((mark) => this.#places(mark));
      return [bearers.reduce((fewest, places) => (places.length < fewest.length ? places : fewest))];
    });
    const [first = NOWHERE, ...others] = lists;
    const places = others.length === 0 ? first : [...new Set(lists.flat())].sort((a, b) => a - b);
    return places.flatMap((place) => this.#elements[place] ?? []);
  }

  #add(element: Element): void {
    const place = this.#elements.push(element) - 1;
    noted(this.#byTag, element.name, place);
    for (const name in element.attribs) noted(this.#byAttribute, name, place);
  }

  #places({ kind, name, value }: Mark): Places {
    if (kind === 'tag') return this.#byTag.get(name) ?? NOWHERE;
    const bearers = this.#byAttribute.get(name) ?? NOWHERE;
    if (value === undefined || bearers.length === 0) return bearers;
    const key = `${kind} ${name} ${value}`;
    const known = this.#byValue.get(key);
    if (known !== undefined) return known;
    const isIt =
      kind === 'word'
        ? (given: string): boolean => given.includes(value) && given.split(/\s+/).includes(value)
        : (given: string): boolean => given === value;
    const found = bearers.filter((place) => isIt(this.#elements[place]?.attribs[name] ?? ''));
    this.#byValue.set(key, found);
    return found;
  }
}

function noted(index: Map<string, number[]>, name: string, place: number): void {
  const places = index.get(name);
  if (places === undefined) index.set(name, [place]);
  else places.push(place);
}
