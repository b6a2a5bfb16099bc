/**
 * Citation marks inside markdown on its way from an adapter to `compose`. They live only in strings between the two:
 * neither `answer.text` nor `answer.markdown` ever holds one. A mark is `⿻` + kind + index in braille digits + `⿻`,
 * which no surface writes.
 */
const FENCE = '\u2FFB';
const KINDS = { point: '\u2810', open: '\u2811', close: '\u2812' } as const;
const DIGIT_ZERO = 0x2800;
const MARK = new RegExp(`${FENCE}([\u2810-\u2812])([\u2800-\u280F]+)${FENCE}`, 'gu');

export type MarkKind = keyof typeof KINDS;

/** A mark found in marked markdown, at its offset in the clean markdown. */
export interface PlacedMark {
  index: number;
  kind: MarkKind;
  offset: number;
}

/** The text of mark number `index`, to be put into markdown where the surface shows a citation. */
export function markText(index: number, kind: MarkKind = 'point'): string {
  const digits = [...index.toString(16)].map((digit) =>
    String.fromCharCode(DIGIT_ZERO + Number.parseInt(digit, 16)),
  );
  return `${FENCE}${KINDS[kind]}${digits.join('')}${FENCE}`;
}

function readMark(kindCode: string, digits: string): Omit<PlacedMark, 'offset'> {
  const hex = [...digits].map((digit) => (digit.charCodeAt(0) - DIGIT_ZERO).toString(16)).join('');
  const kind = kindCode === KINDS.open ? 'open' : kindCode === KINDS.close ? 'close' : 'point';
  return { index: Number.parseInt(hex, 16), kind };
}

/** Removes marks without telling where they stood. */
export function withoutMarks(text: string): string {
  return text.replace(MARK, '');
}

/**
 * Takes all marks out and tells where each stood. A blank that stood only to part a mark from the text goes with it,
 * so that no line ends in a blank and no two blanks meet where a mark was.
 */
export function liftMarks(marked: string): { markdown: string; marks: PlacedMark[] } {
  let markdown = '';
  let from = 0;
  const marks: PlacedMark[] = [];
  for (const match of marked.matchAll(MARK)) {
    markdown += marked.slice(from, match.index);
    from = match.index + match[0].length;
    const next = marked[from];
    if (next === undefined || /\s/.test(next)) markdown = markdown.replace(/[ \u00A0]+$/, '');
    marks.push({ ...readMark(match[1] ?? '', match[2] ?? ''), offset: markdown.length });
  }
  markdown += marked.slice(from);
  return {
    markdown,
    marks: marks.map((mark) => ({ ...mark, offset: Math.min(mark.offset, markdown.length) })),
  };
}
