/** Code is split off first: what stands in it is no formula. */
const CODE = /(```[\s\S]*?(?:```|$)|`[^`\n]*`)/;
/** `\(…\)` and `\[…\]`, the delimiters of the GPT family's wires; a formula holds no empty line. */
const FORMULA = /\\\((?:(?!\n\s*\n)[\s\S])+?\\\)|\\\[(?:(?!\n\s*\n)[\s\S])+?\\\]/g;
const SPECIAL = /[\\*_[\]<>`~|&]|^[ \t]*[-+=#]/gm;

/**
 * Markdown in which TeX between `\(…\)` and `\[…\]` stands literally: to the surface's own page it is a formula, to a
 * markdown reader escapes and emphasis. Pure.
 */
export function withLiteralTex(markdown: string): string {
  if (!markdown.includes('\\(') && !markdown.includes('\\[')) return markdown;
  return markdown
    .split(CODE)
    .map((part, index) => (index % 2 === 1 ? part : part.replace(FORMULA, escaped)))
    .join('');
}

function escaped(formula: string): string {
  return formula.replace(SPECIAL, (special) => special.replace(/\S$/, '\\$&'));
}
