const SHINGLE = 3;

/**
 * 64-bit simhash over runs of three terms, as 16 hexadecimal digits; texts that differ in a word or two differ in few
 * bits. Null for a text without terms.
 */
export function simhash(terms: readonly string[]): string | null {
  if (terms.length === 0) return null;
  const votes = new Int32Array(64);
  const last = Math.max(1, terms.length - SHINGLE + 1);
  for (let at = 0; at < last; at++) {
    const shingle = terms.slice(at, at + SHINGLE).join(' ');
    vote(votes, 0, hash(shingle, 0x811c9dc5));
    vote(votes, 32, hash(shingle, 0x9e3779b1));
  }
  let digits = '';
  for (let at = 0; at < 64; at += 4) {
    let digit = 0;
    for (let bit = 0; bit < 4; bit++) digit = digit * 2 + ((votes[at + bit] ?? 0) > 0 ? 1 : 0);
    digits += digit.toString(16);
  }
  return digits;
}

function vote(votes: Int32Array, from: number, bits: number): void {
  for (let bit = 0; bit < 32; bit++) {
    const index = from + bit;
    votes[index] = (votes[index] ?? 0) + ((bits >>> bit) & 1 ? 1 : -1);
  }
}

/** FNV-1a with a final mix, 32 bits. */
function hash(text: string, seed: number): number {
  let value = seed;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

/** Bits in which two simhashes differ. */
export function simhashDistance(a: string, b: string): number {
  let distance = 0;
  for (let at = 0; at < 16; at++) {
    let bits = Number.parseInt(a[at] ?? '0', 16) ^ Number.parseInt(b[at] ?? '0', 16);
    for (; bits > 0; bits &= bits - 1) distance++;
  }
  return distance;
}
