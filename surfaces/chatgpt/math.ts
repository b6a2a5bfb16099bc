/** Code is split off first: what stands in it is no formula. */
const CODE = /(```[\s\S]*?(?:```|$)|`[^`\n]*`)/;
/** ChatGPT's own delimiters, on the wire as it writes them; a formula holds no empty line. */
const FORMULA = /\\\((?:(?!\n\s*\n)[\s\S])+?\\\)|\\\[(?:(?!\n\s*\n)[\s\S])+?\\\]/g;
const SPECIAL = /[\\*_[\]<>`~|&]|^[ \t]*[-+=#]/gm;

/**
 * Markdown in which TeX stands literally. On the wire `\(a_1 \\ b_2\)` is text to ChatGPT's page, which renders it;
 * to a markdown reader it is escapes and emphasis. Pure.
 */
export function withLiteralMath(markdown: string): string {
  if (!markdown.includes('\\(') && !markdown.includes('\\[')) return markdown;
  return markdown
    .split(CODE)
    .map((part, index) => (index % 2 === 1 ? part : part.replace(FORMULA, escaped)))
    .join('');
}

function escaped(formula: string): string {
  return formula.replace(SPECIAL, (special) => special.replace(/\S$/, '\\$&'));
}
