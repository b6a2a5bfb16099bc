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

export interface FoldOptions {
  /** I is the capital of ı: for Turkish and Azerbaijani texts only. */
  turkic: boolean;
  /** Everything but the case is unified. */
  keepCase: boolean;
}

const PLAIN: FoldOptions = { turkic: false, keepCase: false };

const APOSTROPHES = /^[’‘ʼʻ‛′`´＇՚׳]$/u;
/** Between the parts of a name a dash, a middle dot and a space are the same. */
const SEPARATORS = /^[\p{Pd}−·・･‧]$/u;
/** Lines and table cells: no name goes on in the next one. */
const BREAKS = /^[\n\r\t\v\f\u0085\u2028\u2029]$/;
/**
 * What does not belong to a spelling: zero-width characters, soft hyphen, variation selectors, Arabic tashkeel,
 * Quranic signs and tatweel, Hebrew points.
 */
const DROPPED =
  /\p{Default_Ignorable_Code_Point}|[\u0640\u06e5\u06e6\u06dd\u06de\u06e9]|[\u064b-\u065f\u0670]|[\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed]|[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7]/gu;
const VARIANTS: Readonly<Record<string, string>> = {
  أ: 'ا',
  إ: 'ا',
  آ: 'ا',
  ٱ: 'ا',
  ى: 'ي',
  ی: 'ي',
  ة: 'ه',
  ک: 'ك',
  ς: 'σ',
};
const EXTENDS = /[\p{M}\u1160-\u11ff\uff9e\uff9f\u200c\u200d]/u;

const UNKNOWN = -1;
const SPECIAL = -2;
/** Folded unit of a BMP unit that stands alone, by options; filled as characters are met. */
const simple = [new Int32Array(65536), new Int32Array(65536), new Int32Array(65536)];
for (const table of simple) table.fill(UNKNOWN);
const extendTable = new Int8Array(65536).fill(UNKNOWN);

function tableOf({ turkic, keepCase }: FoldOptions): Int32Array {
  return (simple[keepCase ? 2 : turkic ? 1 : 0] ?? simple[0]) as Int32Array;
}

function extendsBase(unit: number): boolean {
  if (!(unit >= 0x300)) return false;
  let known = extendTable[unit] ?? UNKNOWN;
  if (known === UNKNOWN) {
    known = EXTENDS.test(String.fromCharCode(unit)) ? 1 : 0;
    extendTable[unit] = known;
  }
  return known === 1;
}

/** One character with its combining marks, folded; '' when it is dropped. */
function foldCluster(cluster: string, options: FoldOptions): string {
  if (APOSTROPHES.test(cluster)) return "'";
  if (SEPARATORS.test(cluster)) return ' ';
  if (BREAKS.test(cluster)) return '\n';
  const kept = cluster.normalize('NFKC').replace(DROPPED, '');
  if (/^\s+$/u.test(kept)) return ' ';
  return options.keepCase ? variants(kept) : variants(lower(kept, options.turkic));
}

/** İ is the capital of i wherever it is written; I is that of ı in Turkic texts only. */
function lower(text: string, turkic: boolean): string {
  const dotted = text.replaceAll('İ', 'i');
  return (turkic ? dotted.replaceAll('I', 'ı') : dotted).toLowerCase();
}

function variants(text: string): string {
  let out = '';
  for (const char of text)
    out += VARIANTS[char] ?? (APOSTROPHES.test(char) ? "'" : SEPARATORS.test(char) ? ' ' : char);
  return out;
}

function simpleUnit(unit: number, table: Int32Array, options: FoldOptions): number {
  let known = table[unit] ?? SPECIAL;
  if (known !== UNKNOWN) return known;
  const surrogate = unit >= 0xd800 && unit <= 0xdfff;
  const folded = surrogate ? '' : foldCluster(String.fromCharCode(unit), options);
  known = folded.length === 1 ? folded.charCodeAt(0) : SPECIAL;
  table[unit] = known;
  return known;
}

/** Where the character that begins at `start` ends, its combining marks included. */
function clusterEnd(text: string, start: number): number {
  const first = text.charCodeAt(start);
  const second = text.charCodeAt(start + 1);
  const pair = first >> 10 === 0x36 && second >> 10 === 0x37;
  let end = start + (pair ? 2 : 1);
  while (end < text.length && extendsBase(text.charCodeAt(end))) end += 1;
  return end;
}

/** Units of the text being folded, for one text after the other: an array of its own for each costs more than the fold. */
let unitsOfText = new Uint16Array(4_096);
let startsOfText = new Int32Array(4_096);
let endsOfText = new Int32Array(4_096);
/** The way back where every character stayed where it was: shared by all such texts. */
let sameStarts = Int32Array.from({ length: 4_096 }, (_, index) => index);
let sameEnds = Int32Array.from({ length: 4_096 }, (_, index) => index + 1);

class FoldedUnits {
  #length = 0;
  #moved = false;

  add(unit: number, start: number, end: number): void {
    const at = this.#length;
    if (at === unitsOfText.length) growUnits();
    unitsOfText[at] = unit;
    startsOfText[at] = start;
    endsOfText[at] = end;
    if (start !== at || end !== at + 1) this.#moved = true;
    this.#length = at + 1;
  }

  /** The last unit covers the original up to `end`. */
  extendLast(end: number): void {
    endsOfText[this.#length - 1] = end;
    this.#moved = true;
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

function growUnits(): void {
  const size = unitsOfText.length * 2;
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

const DECODER = new TextDecoder('utf-16le', { ignoreBOM: true });

/** A dash or middle dot: unlike white space, several in a row stay several. */
function isSeparator(unit: number): boolean {
  return unit === 0x2d || (unit > 0x7f && unit !== 0xa0 && SEPARATORS.test(String.fromCharCode(unit)));
}

/**
 * Folds a text (analysis.md C.2.1): NFKC per character with its marks, lower case, one kind of apostrophe, dashes and
 * middle dots as spaces, invisible characters and vowel points dropped, forms of alef one. Accents stay.
 */
export function fold(text: string, options: FoldOptions = PLAIN): FoldedText {
  const table = tableOf(options);
  const units = new FoldedUnits();
  let afterSpace = false;
  let index = 0;
  while (index < text.length) {
    const unit = text.charCodeAt(index);
    const folded = simpleUnit(unit, table, options);
    if (folded >= 0 && !extendsBase(text.charCodeAt(index + 1))) {
      const space = folded === 0x20 && !isSeparator(unit);
      if (space && afterSpace) units.extendLast(index + 1);
      else units.add(folded, index, index + 1);
      afterSpace = space;
      index += 1;
      continue;
    }
    const end = clusterEnd(text, index);
    const cluster = foldCluster(text.slice(index, end), options);
    for (let at = 0; at < cluster.length; at += 1) units.add(cluster.charCodeAt(at), index, end);
    if (cluster !== '') afterSpace = false;
    index = end;
  }
  return units.finish();
}

/** A spelling without what may differ inside one: two spellings of a term have the same key. */
export function spellingKey(text: string, options: FoldOptions = PLAIN): string {
  return fold(text, options).text.replace(/[ \n]+/g, '');
}
