import { bandOf, type CoverageGap, type Sufficiency } from '../contract/page-score.ts';
import { hasFigure } from './figures.ts';
import type { PageModel, Section } from './page-model.ts';

const SECTION_WORDS = 40;

/** Whether a section says enough to be used: 40 words and a figure, a link, a table row or a list. */
function sufficient(section: Section): boolean {
  if (section.words < SECTION_WORDS) return false;
  return (
    hasFigure(section.text) ||
    section.blocks.some(({ kind, links }) => kind === 'row' || kind === 'item' || links.length > 0)
  );
}

/** How much of what a reader needs the page holds: by captures where there are some, else by its own headings. */
export function sufficiencyOf(page: PageModel, captures: CoverageGap | undefined): Sufficiency {
  const measured = captures?.value ?? null;
  if (measured !== null) {
    const score = Math.round(100 * measured);
    return {
      score,
      band: bandOf(score),
      notes: ['Share of the subtopics that cited pages answer, weighted by captures.'],
    };
  }
  const headed = page.sections.filter(({ heading }) => heading !== null);
  const counted = headed.length > 0 ? headed : page.sections;
  const enough = counted.filter(sufficient).length;
  const usual = captures?.median_words ?? null;
  const length = usual === null || usual === 0 ? 1 : Math.min(1, page.main.words / usual);
  const score = counted.length === 0 ? 0 : Math.round((100 * length * enough) / counted.length);
  const notes = [
    `${enough} of ${counted.length} sections have at least 40 words and a fact (figure, link, list or table).`,
    usual === null
      ? 'Length is not compared: no cited pages of the queries are known.'
      : `${page.main.words} words; pages cited for the queries have ${usual} (median).`,
  ];
  return { score, band: bandOf(score), notes };
}
