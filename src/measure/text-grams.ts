import { fold } from './fold.ts';

/** Letters of a group: few, so that short names have one, and many, so that two common words are not taken for a name. */
const LENGTHS = [3, 8];
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
  for (const text of folded) {
    for (const length of LENGTHS) {
      for (let at = 0; at + length <= text.length; at++) {
        const place = placeOf(text, at, length, bits.length);
        bits[place >> 3] = (bits[place >> 3] ?? 0) | (1 << (place & 7));
      }
    }
  }
  return Buffer.from(bits.buffer).toString('base64');
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
  return (spelling) => LENGTHS.every((length) => has(spelling, length));
}

/** The bit of the letters at a place. */
function placeOf(text: string, at: number, length: number, bytes: number): number {
  let mixed = length;
  for (let own = at; own < at + length; own++) mixed = Math.imul(mixed ^ text.charCodeAt(own), 0x9e3779b1);
  return ((mixed ^ (mixed >>> 15)) >>> 0) & (bytes * 8 - 1);
}
