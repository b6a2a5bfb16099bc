import {
  extendsBase,
  type FoldedText,
  FoldedUnits,
  isSeparator,
  SEPARATORS,
  SPACE,
  SPECIAL,
} from './folded-units.ts';

export type { FoldedText };

export interface FoldOptions {
  /** I is the capital of ı: for Turkish and Azerbaijani texts only. */
  turkic: boolean;
  /** Everything but the case is unified. */
  keepCase: boolean;
}

const PLAIN: FoldOptions = { turkic: false, keepCase: false };

const APOSTROPHES = /^[’‘ʼʻ‛′`´＇՚׳]$/u;
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
const UNKNOWN = -1;
/** Folded unit of a BMP unit that stands alone, by options; filled as characters are met. */
const simple = [new Int32Array(65536), new Int32Array(65536), new Int32Array(65536)];
for (const table of simple) table.fill(UNKNOWN);

function tableOf({ turkic, keepCase }: FoldOptions): Int32Array {
  return (simple[keepCase ? 2 : turkic ? 1 : 0] ?? simple[0]) as Int32Array;
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

/** Texts shorter than this are folded sooner than looked up. */
const REMEMBERED_FROM = 256;
/** The long text folded last: an answer is folded for the names in it, and at once again for what is kept of its letters. */
let latest: { text: string; table: Int32Array; folded: FoldedText } | null = null;

/**
 * Folds a text (analysis.md C.2.1): NFKC per character with its marks, lower case, one kind of apostrophe, dashes and
 * middle dots as spaces, invisible characters and vowel points dropped, forms of alef one. Accents stay.
 */
export function fold(text: string, options: FoldOptions = PLAIN): FoldedText {
  const table = tableOf(options);
  if (latest?.table === table && latest.text === text) return latest.folded;
  const folded = foldAnew(text, table, options);
  if (text.length >= REMEMBERED_FROM) latest = { text, table, folded };
  return folded;
}

function foldAnew(text: string, table: Int32Array, options: FoldOptions): FoldedText {
  const units = new FoldedUnits();
  let index = 0;
  while (index < text.length) {
    index = units.addSimple(text, index, table);
    if (index === text.length) break;
    const unit = text.charCodeAt(index);
    const folded = simpleUnit(unit, table, options);
    if (folded >= 0 && !extendsBase(text.charCodeAt(index + 1))) {
      const space = folded === SPACE && !isSeparator(unit);
      if (space && units.afterSpace) units.extendLast(index + 1);
      else units.add(folded, index, index + 1);
      units.afterSpace = space;
      index += 1;
      continue;
    }
    const end = clusterEnd(text, index);
    const cluster = foldCluster(text.slice(index, end), options);
    for (let at = 0; at < cluster.length; at += 1) units.add(cluster.charCodeAt(at), index, end);
    if (cluster !== '') units.afterSpace = false;
    index = end;
  }
  return units.finish();
}

/** A spelling without what may differ inside one: two spellings of a term have the same key. */
export function spellingKey(text: string, options: FoldOptions = PLAIN): string {
  return fold(text, options).text.replace(/[ \n]+/g, '');
}
