/** Code is split off first: what stands in it is no formula. */
const CODE = /(```[\s\S]*?(?:```|$)|`[^`\n]*`)/;
/** `\(…\)` and `\[…\]`, the delimiters of the GPT family's wires; a formula holds no empty line. */
export const PAREN_TEX = /\\\((?:(?!\n\s*\n)[\s\S])+?\\\)|\\\[(?:(?!\n\s*\n)[\s\S])+?\\\]/g;
const SPECIAL = /[\\*_[\]<>`~|&]|^[ \t]*[-+=#]/gm;

/**
 * Markdown in which TeX stands literally: to the surface's own page it is a formula, to a markdown reader escapes and
 * emphasis. `formula` (global) matches the surface's delimiters and what is between them. Pure.
 */
export function withLiteralTex(markdown: string, formula: RegExp = PAREN_TEX): string {
  return markdown
    .split(CODE)
    .map((part, index) => (index % 2 === 1 ? part : part.replace(formula, escaped)))
    .join('');
}

function escaped(formula: string): string {
  return formula.replace(SPECIAL, (special) => special.replace(/\S$/, '\\$&'));
}
