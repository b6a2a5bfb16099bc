import { withLiteralTex } from '../../src/extract/tex-math.ts';

/** What the wire's markdown holds besides the answer. */
export interface StreamText {
  /** Markdown; source numbers of `[cite: …]` marks became `cite` calls. */
  markdown: string;
  /** Follow-up questions the page shows as buttons. */
  followUps: string[];
}

/** Placeholders the page puts cards, pictures and widgets in the place of (gemini.md d, 2026-08). */
const PLACEHOLDER = /[ \t]*https?:\/\/googleusercontent\.com\/(?:[a-z_]+\/)+\d+\S*/g;
const FOLLOW_UPS = /<(ElicitationsGroup|FollowUpGroup)\b[\s\S]*?(?:<\/\1>|$)/g;
const FOLLOW_UP = /<(?:Elicitation|FollowUp)\b[^>]*>/g;
const CITE = /(\[cite_start\])|\s?\[cite: ?([\d, ]+)\]|\[cite_end\]/g;

/** Gemini's own delimiters; a price is no formula. */
const DOLLAR_TEX = /\$\$(?:(?!\n\s*\n)[\s\S])+?\$\$|\$(?![\s\d])[^$\n]*?[^\s$\\]\$(?!\d)/g;

/** Marks for the words between `[cite_start]` and `[cite: 1, 2]`; a citation without a start reaches back by itself. */
export interface CiteMarks {
  open(): string;
  close(numbers: readonly number[], opened: boolean): string;
}

/**
 * Markdown of the wire as a reader of markdown understands it: placeholders and follow-ups out, source marks turned
 * into citation marks, TeX standing literally. Pure but for what `marks` notes.
 */
export function readStreamText(raw: string, marks: CiteMarks): StreamText {
  const followUps: string[] = [];
  const withoutGroups = raw.replace(FOLLOW_UPS, (group) => {
    for (const [tag] of group.matchAll(FOLLOW_UP)) {
      const text = /\b(?:query|label)="([^"]*)"/.exec(tag.replace(/\blabel="[^"]*"(?=.*\bquery=)/, ''))?.[1];
      if (text) followUps.push(text);
    }
    return '';
  });
  const lines = withoutGroups.replace(PLACEHOLDER, '').replace(/\n{3,}/g, '\n\n');
  return { markdown: withLiteralTex(withCitations(lines, marks), DOLLAR_TEX).trim(), followUps };
}

function withCitations(text: string, marks: CiteMarks): string {
  let opened = false;
  return text.replace(CITE, (_all, start: string | undefined, numbers: string | undefined) => {
    if (start !== undefined) {
      if (opened) return '';
      opened = true;
      return marks.open();
    }
    if (numbers === undefined) return '';
    const close = marks.close(
      numbers.split(',').flatMap((number) => (number.trim() === '' ? [] : [Number(number)])),
      opened,
    );
    opened = false;
    return close;
  });
}
