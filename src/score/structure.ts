import { countWords, sentencesOf } from '../extract/words.ts';
import { type Finding, mean, share } from './factor.ts';
import type { PageModel, Section } from './page-model.ts';

const SECTION_WORDS = { fewest: 80, most: 300 };
const LIKE_ITEMS = 3;
const ANSWER_SENTENCES = 3;
const ANSWER_WORDS = 60;
const ANSWER_TERMS = 0.6;

/** F2: needs both documents. */
export function withoutScript(page: PageModel): Finding {
  const { staticWords, renderedWords } = page;
  if (staticWords === null || renderedWords === null || renderedWords === 0)
    return {
      id: 'F2',
      value: null,
      measured: { static_words: staticWords, rendered_words: renderedWords },
      why: 'The page was not rendered (extraction mode ssr), so nothing is known of what scripts add.',
    };
  const value = share(staticWords / renderedWords);
  return {
    id: 'F2',
    value,
    measured: { static_words: staticWords, rendered_words: renderedWords },
    why: `${staticWords} of ${renderedWords} words stand in the HTML before any script runs.`,
  };
}

/** F4: comparison, header rows, sections of readable size. */
export function structuredFacts(page: PageModel): Finding {
  const { tables, lists } = page.main;
  const data = tables.filter(({ rows, columns }) => rows >= 2 && columns >= 2);
  const compares = data.some(({ header, rows }) => header && rows >= 3);
  const longest = lists.reduce((most, { items }) => Math.max(most, items), 0);
  const comparison = compares ? 1 : longest >= LIKE_ITEMS ? 0.6 : data.length > 0 ? 0.4 : 0;
  const parts = [comparison];
  if (data.length > 0) parts.push(data.filter(({ header }) => header).length / data.length);
  const sections = page.sections.filter(
    ({ heading }) => heading !== null && heading.level >= 2 && heading.level <= 3,
  );
  const fitting = sections.filter(
    ({ words }) => words >= SECTION_WORDS.fewest && words <= SECTION_WORDS.most,
  );
  parts.push(sections.length === 0 ? 0 : fitting.length / sections.length);
  return {
    id: 'F4',
    value: page.main.words === 0 ? null : share(mean(parts)),
    measured: {
      tables: data.length,
      tables_with_header: data.filter(({ header }) => header).length,
      longest_list: longest,
      sections: sections.length,
      sections_80_to_300_words: fitting.length,
    },
    why: `${data.length} data tables, longest list of ${longest} items, ${fitting.length} of ${sections.length} sections of 80–300 words.`,
  };
}

/** A heading of level 1 or 2 and whether its first sentences answer it. */
export interface AnsweredHeading {
  section: Section;
  answered: boolean;
}

/** Headings that promise something (have terms) and have text under them. */
export function answeredHeadings(page: PageModel): AnsweredHeading[] {
  return page.sections.flatMap((section) => {
    if (section.heading === null || section.heading.level > 2 || section.words === 0) return [];
    const asked = [...page.terms.distinct(section.heading.text)];
    if (asked.length === 0) return [];
    let words = 0;
    const answered = sentencesOf(section.text)
      .slice(0, ANSWER_SENTENCES)
      .some(({ text }) => {
        words += countWords(text);
        if (words > ANSWER_WORDS) return false;
        const said = page.terms.distinct(text);
        return asked.filter((term) => said.has(term)).length >= ANSWER_TERMS * asked.length;
      });
    return [{ section, answered }];
  });
}

/** F7. */
export function answerFirst(page: PageModel): Finding {
  const headings = answeredHeadings(page);
  const answered = headings.filter((heading) => heading.answered).length;
  return {
    id: 'F7',
    value: headings.length === 0 ? null : share(answered / headings.length),
    measured: { headings: headings.length, answered_at_once: answered },
    why:
      headings.length === 0
        ? 'No heading of level 1 or 2 with text under it.'
        : `${answered} of ${headings.length} headings are answered within three sentences and 60 words.`,
  };
}
