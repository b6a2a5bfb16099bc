import type { DraftCitation } from '../../src/contract/extraction.ts';
import { markText } from '../../src/extract/marks.ts';
import { PAREN_TEX, withLiteralTex } from '../../src/extract/tex-math.ts';

/** The wire's markdown made ready for `compose`. */
export interface MarkedMarkdown {
  markdown: string;
  citations: DraftCitation[];
  /** Markers that name no known source; they are taken out like the others. */
  dangling: number;
}

const CODE = /```[\s\S]*?(?:```|$)|~~~[\s\S]*?(?:~~~|$)|`[^`\n]*`/;
const DOLLAR_TEX = /\$\$(?:(?!\n\s*\n)[\s\S])+?\$\$/;
const FORMULA = new RegExp(`${PAREN_TEX.source}|${DOLLAR_TEX.source}`, 'g');
/** Code and formulas: a number in brackets there is an index, never a citation. */
const LITERAL = new RegExp(`(${CODE.source}|${FORMULA.source})`);
const MARKER = /(?<![!\\])\[(?:web:)?(\d{1,3})\](?!\(|:\s*https?:)/g;
/** What may stand before a marker in a line without being text. */
const LINE_START = /^[ \t]*(?:[-*+]|\d+[.)]|>|#{1,6}|\|)?[ \t]*$/;

/**
 * Puts a citation mark where the answer has `[n]` and lets formulas stand literally. `keyOf` tells the source of a
 * number. Without any source (`searched` false) numbers in brackets are text. Pure.
 */
export function markedMarkdown(
  wire: string,
  searched: boolean,
  keyOf: (n: number) => string | undefined,
): MarkedMarkdown {
  const citations: DraftCitation[] = [];
  let dangling = 0;
  const mark = (digits: string): string => {
    const key = keyOf(Number(digits));
    if (key === undefined) {
      dangling += 1;
      return '';
    }
    citations.push({ sourceKeys: [key], basis: 'sentence' });
    return markText(citations.length - 1);
  };
  const markdown = wire
    .split(LITERAL)
    .map((part, index) => {
      return searched && index % 2 === 0 ? withMarks(part, index === 0, mark) : part;
    })
    .join('');
  return { markdown: withLiteralTex(markdown, FORMULA), citations, dangling };
}

function withMarks(prose: string, beginsLine: boolean, mark: (digits: string) => string): string {
  let marked = '';
  let from = 0;
  for (const match of prose.matchAll(MARKER)) {
    const before = prose.slice(from, match.index);
    // The blank that parts a marker from its sentence belongs to the marker, unless it makes a list item.
    const lineAt = prose.lastIndexOf('\n', match.index) + 1;
    const opensLine = (lineAt > 0 || beginsLine) && LINE_START.test(prose.slice(lineAt, match.index));
    marked += opensLine ? before : before.replace(/[ \u00A0]+$/, '');
    marked += mark(match[1] ?? '');
    from = match.index + match[0].length;
  }
  return marked + prose.slice(from);
}
