import { fold } from './fold.ts';

/** Letters of a group: few, so that short names have one, and many, so that two common words are not taken for a name. */
const SHORT = 3;
const LONG = 8;
const FEWEST_BITS = 512;
const MOST_BITS = 65_536;

/**
 * A folded text without what Turkish folds otherwise: I is ı there, and i elsewhere; İ is i there, and i with a dot above
 * elsewhere. Whatever is found in a text folded either way is found, dotless, in the dotless text.
 */
export function dotless(folded: string): string {
  return folded.replaceAll('ı', 'i').replaceAll('\u0307', '');
}

/**
 * Which groups of three and of eight letters are in some texts, folded and dotless, as bits by hash in base64: enough to
 * say of most spellings that none of the texts has them, without the texts. Two bits for each letter, a power of two.
 */
export function gramsOf(texts: readonly string[]): string {
  const folded = texts.map((text) => dotless(fold(text).text));
  const letters = folded.reduce((total, text) => total + text.length, 0);
  const wanted = 2 ** Math.ceil(Math.log2(Math.max(2 * letters, FEWEST_BITS)));
  const bits = new Uint8Array(Math.min(wanted, MOST_BITS) / 8);
  for (const text of folded) addGrams(bits, text);
  return Buffer.from(bits.buffer).toString('base64');
}

/** Units of the text whose groups are added: read ten times faster than those of a string. */
let units = new Uint16Array(16_384);

/**
 * Every group of a text, as `placeOf` says of each. All groups that a letter is in are mixed at once, each of them a letter
 * further than the next: one after the other they cost a quarter of a report.
 */
function addGrams(bits: Uint8Array, text: string): void {
  if (units.length < text.length) units = new Uint16Array(text.length * 2);
  Buffer.from(units.buffer).write(text, 'utf16le');
  const last = bits.length * 8 - 1;
  let [of1, of2] = [0, 0];
  let [own1, own2, own3, own4, own5, own6, own7] = [0, 0, 0, 0, 0, 0, 0];
  for (let at = 0; at < text.length; at++) {
    const unit = units[at] ?? 0;
    if (at >= SHORT - 1) addBit(bits, settled(mix(of2, unit)) & last);
    of2 = mix(of1, unit);
    of1 = mix(SHORT, unit);
    if (at >= LONG - 1) addBit(bits, settled(mix(own7, unit)) & last);
    own7 = mix(own6, unit);
    own6 = mix(own5, unit);
    own5 = mix(own4, unit);
    own4 = mix(own3, unit);
    own3 = mix(own2, unit);
    own2 = mix(own1, unit);
    own1 = mix(LONG, unit);
  }
}

function addBit(bits: Uint8Array, place: number): void {
  bits[place >> 3] = (bits[place >> 3] ?? 0) | (1 << (place & 7));
}

/** Asks grams whether the texts they were made of may have a dotless spelling; false is certain. */
export function gramsReader(grams: string): (spelling: string) => boolean {
  const bits = Buffer.from(grams, 'base64');
  const has = (spelling: string, length: number): boolean => {
    for (let at = 0; at + length <= spelling.length; at++) {
      const place = placeOf(spelling, at, length, bits.length);
      if (((bits[place >> 3] ?? 0) & (1 << (place & 7))) === 0) return false;
    }
    return true;
  };
  return (spelling) => has(spelling, SHORT) && has(spelling, LONG);
}

/** The bit of the letters at a place. */
function placeOf(text: string, at: number, length: number, bytes: number): number {
  let mixed = length;
  for (let own = at; own < at + length; own++) mixed = mix(mixed, text.charCodeAt(own));
  return settled(mixed) & (bytes * 8 - 1);
}

const mix = (mixed: number, unit: number): number => Math.imul(mixed ^ unit, 0x9e3779b1);
const settled = (mixed: number): number => mixed ^ (mixed >>> 15);
