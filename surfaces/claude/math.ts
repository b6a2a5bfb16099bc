/**
 * Claude's own delimiters. A display formula holds no empty line; an inline one stands in one line, begins and ends
 * with something else than a blank, is not followed by a digit (those are prices), and looks like TeX.
 */
export const DOLLAR_TEX =
  /\$\$(?:(?!\n\s*\n)[\s\S])+?\$\$|(?<![\\$\w])\$(?=[^\s$])[^$\n]*?[\\^_{}=][^$\n]*?(?<=[^\s\\])\$(?![\d$])/g;
