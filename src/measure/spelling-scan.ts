import { AhoCorasick } from '@monyone/aho-corasick/fast';

/** A spelling and where it stands, half-open. */
export interface SpellingMatch {
  begin: number;
  end: number;
  keyword: string;
}

/** Letters by which a beginning is told; shorter spellings by their first. */
const HEAD = 3;
/** So many slots for each spelling that hardly any other three letters share its slot, up to a bound. */
const SLOTS_PER_SPELLING = 64;
const FEWEST_SLOTS = 2 ** 10;
const MOST_SLOTS = 2 ** 16;

/**
 * Finds every one of many spellings in a text, overlapping ones included, in order of where they end. Most of a text begins
 * none of them, which its next three letters tell at a tenth of the automaton's price: that reads only what is left.
 */
export class SpellingScan {
  readonly #automaton: AhoCorasick;
  /** 1 for each beginning of a spelling, by hash. */
  readonly #heads: Uint8Array;
  /** Letters with which spellings shorter than a head begin. */
  readonly #firsts = new Set<number>();
  readonly #longest: number;

  constructor(spellings: readonly string[]) {
    this.#automaton = new AhoCorasick([...spellings]);
    this.#longest = spellings.reduce((most, { length }) => Math.max(most, length), 0);
    const wanted = 2 ** Math.ceil(Math.log2(spellings.length * SLOTS_PER_SPELLING + 1));
    this.#heads = new Uint8Array(Math.min(MOST_SLOTS, Math.max(FEWEST_SLOTS, wanted)));
    const last = this.#heads.length - 1;
    for (const spelling of spellings) {
      const [a, b, c] = [spelling.charCodeAt(0), spelling.charCodeAt(1), spelling.charCodeAt(2)];
      if (spelling.length < HEAD) this.#firsts.add(a);
      else this.#heads[slotOf(a, b, c) & last] = 1;
    }
  }

  matches(text: string): SpellingMatch[] {
    const found: SpellingMatch[] = [];
    const read = (from: number, to: number): void => {
      for (const { begin, end, keyword } of this.#automaton.matchInText(text.slice(from, to)))
        found.push({ begin: begin + from, end: end + from, keyword });
    };
    const last = this.#heads.length - 1;
    const short = this.#firsts.size > 0;
    let [from, to] = [0, 0];
    let [b, c] = [text.charCodeAt(0), text.charCodeAt(1)];
    for (let at = 0; at < text.length; at++) {
      const a = b;
      b = c;
      c = text.charCodeAt(at + 2);
      if (this.#heads[slotOf(a, b, c) & last] !== 1 && !(short && this.#firsts.has(a))) continue;
      if (at >= to) {
        read(from, to);
        from = at;
      }
      to = Math.min(text.length, at + this.#longest);
    }
    read(from, to);
    return found;
  }
}

function slotOf(a: number, b: number, c: number): number {
  const mixed = Math.imul(Math.imul(a, 31) ^ b, 0x9e3779b1) ^ Math.imul(c, 0x85ebca6b);
  return mixed ^ (mixed >>> 16);
}
