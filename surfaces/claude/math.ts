/** Code is split off first: what stands in it is no formula. */
const CODE = /(```[\s\S]*?(?:```|$)|`[^`\n]*`)/;
/**
 * Claude's own delimiters. A display formula holds no empty line; an inline one stands in one line, begins and ends
 * with something else than a blank, is not followed by a digit (those are prices), and looks like TeX.
 */
const FORMULA =
  /\$\$(?:(?!\n\s*\n)[\s\S])+?\$\$|(?<![\\$\w])\$(?=[^\s$])[^$\n]*?[\\^_{}=][^$\n]*?(?<=[^\s\\])\$(?![\d$])/g;
const SPECIAL = /[\\*_[\]<>`~|&]|^[ \t]*[-+=#]/gm;

/**
 * Markdown in which TeX stands literally. On the wire `$a_1 \\ b_2$` is text to Claude's page, which renders it; to a
 * markdown reader it is escapes and emphasis. Pure.
 */
export function withLiteralMath(markdown: string): string {
  if (!markdown.includes('$')) return markdown;
  return markdown
    .split(CODE)
    .map((part, index) => (index % 2 === 1 ? part : part.replace(FORMULA, escaped)))
    .join('');
}

function escaped(formula: string): string {
  return formula.replace(SPECIAL, (special) => special.replace(/\S$/, '\\$&'));
}
