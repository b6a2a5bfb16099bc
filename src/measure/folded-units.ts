/**
 * A text as the matcher reads it, with the way back. `starts[i]` and `ends[i]` are the half-open UTF-16 range of the
 * original character that unit `i` of `text` comes from; units of one original character share both. They may be longer
 * than the text.
 */
export interface FoldedText {
  text: string;
  starts: Int32Array;
  ends: Int32Array;
}

/** No unit of a table of folded units: the character does not fold to one unit of its own. */
export const SPECIAL = -2;
export const SPACE = 0x20;
/** Between the parts of a name a dash, a middle dot and a space are the same. */
export const SEPARATORS = /^[\p{Pd}−·・･‧]$/u;
const EXTENDS = /[\p{M}\u1160-\u11ff\uff9e\uff9f\u200c\u200d]/u;

const UNKNOWN = -1;
const extendTable = new Int8Array(65536).fill(UNKNOWN);
const DECODER = new TextDecoder('utf-16le', { ignoreBOM: true });

/** Whether a unit is a mark, or the rest of a letter, that belongs to the character before it. */
export function extendsBase(unit: number): boolean {
  if (!(unit >= 0x300)) return false;
  let known = extendTable[unit] ?? UNKNOWN;
  if (known === UNKNOWN) {
    known = EXTENDS.test(String.fromCharCode(unit)) ? 1 : 0;
    extendTable[unit] = known;
  }
  return known === 1;
}

/** A dash or middle dot: unlike white space, several in a row stay several. */
export function isSeparator(unit: number): boolean {
  return unit === 0x2d || (unit > 0x7f && unit !== 0xa0 && SEPARATORS.test(String.fromCharCode(unit)));
}

/** Units of the text being folded, for one text after the other: an array of its own for each costs more than the fold. */
let unitsOfText = new Uint16Array(4_096);
let startsOfText = new Int32Array(4_096);
let endsOfText = new Int32Array(4_096);
/** The way back where every character stayed where it was: shared by all such texts. */
let sameStarts = Int32Array.from({ length: 4_096 }, (_, index) => index);
let sameEnds = Int32Array.from({ length: 4_096 }, (_, index) => index + 1);

/** The way back is written down only from the first character on that did not stay where it was. */
export class FoldedUnits {
  /** The last unit is white space, which swallows what follows it. */
  afterSpace = false;
  #length = 0;
  #moved = false;

  /**
   * Adds characters that stand alone and fold to one unit, from `index` on, as long as there are such and no white space
   * follows white space; returns where that ends.
   */
  addSimple(text: string, index: number, table: Int32Array): number {
    makeRoom(this.#length + text.length - index);
    const units = unitsOfText;
    const shift = this.#length - index;
    let at = index;
    let space = this.afterSpace;
    for (let next = text.charCodeAt(at); at < text.length; at++) {
      const unit = next;
      next = text.charCodeAt(at + 1);
      const folded = table[unit] ?? SPECIAL;
      if (folded < 0 || extendsBase(next)) break;
      const isSpace = folded === SPACE && !isSeparator(unit);
      if (isSpace && space) break;
      units[at + shift] = folded;
      space = isSpace;
    }
    this.afterSpace = space;
    if (shift !== 0) this.#move();
    if (this.#moved) this.#keepWayBack(index, at);
    this.#length = at + shift;
    return at;
  }

  #keepWayBack(from: number, to: number): void {
    const shift = this.#length - from;
    for (let at = from; at < to; at++) {
      startsOfText[at + shift] = at;
      endsOfText[at + shift] = at + 1;
    }
  }

  add(unit: number, start: number, end: number): void {
    const at = this.#length;
    makeRoom(at + 1);
    if (start !== at || end !== at + 1) this.#move();
    unitsOfText[at] = unit;
    if (this.#moved) {
      startsOfText[at] = start;
      endsOfText[at] = end;
    }
    this.#length = at + 1;
  }

  /** The last unit covers the original up to `end`. */
  extendLast(end: number): void {
    this.#move();
    endsOfText[this.#length - 1] = end;
  }

  #move(): void {
    if (this.#moved) return;
    this.#moved = true;
    for (let at = 0; at < this.#length; at++) {
      startsOfText[at] = at;
      endsOfText[at] = at + 1;
    }
  }

  finish(): FoldedText {
    const length = this.#length;
    const text = DECODER.decode(unitsOfText.subarray(0, length));
    if (this.#moved) {
      return { text, starts: startsOfText.slice(0, length), ends: endsOfText.slice(0, length) };
    }
    if (sameStarts.length < length) {
      sameStarts = Int32Array.from({ length: length * 2 }, (_, index) => index);
      sameEnds = Int32Array.from({ length: length * 2 }, (_, index) => index + 1);
    }
    return { text, starts: sameStarts, ends: sameEnds };
  }
}

function makeRoom(length: number): void {
  if (length <= unitsOfText.length) return;
  const size = Math.max(length, unitsOfText.length * 2);
  const units = new Uint16Array(size);
  const starts = new Int32Array(size);
  const ends = new Int32Array(size);
  units.set(unitsOfText);
  starts.set(startsOfText);
  ends.set(endsOfText);
  unitsOfText = units;
  startsOfText = starts;
  endsOfText = ends;
}
