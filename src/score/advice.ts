import type { FactorId, Recommendation } from '../contract/page-score.ts';
import { firstWords, type Sentence } from '../extract/words.ts';
import { longSentences } from './clarity.ts';
import { unsourcedClaims } from './facts.ts';
import { hygieneChecks } from './identity.ts';
import type { PageModel } from './page-model.ts';
import type { Findings } from './recommend.ts';
import { answeredHeadings } from './structure.ts';

/** What to do about one factor, and the place of the page it is about. */
export interface Advice {
  title: string;
  recommendation: string;
  where?: Recommendation['where'];
  quote?: string;
}

/** The advice for a factor that is low: a template filled with what was measured on this page. */
export function adviceFor(id: FactorId, found: Findings): Advice {
  return WRITERS[id](found);
}

const WRITERS: Readonly<Record<FactorId, (found: Findings) => Advice>> = {
  F1: queryFit,
  F2: withoutScript,
  F3: subtopics,
  F4: structure,
  F5: figures,
  F6: sources,
  F7: answerFirst,
  F8: freshness,
  F9: clarity,
  F10: () => ({
    title: 'Say who is behind the page',
    recommendation:
      'Name the author or the organisation in text or JSON-LD, and link to a contact and an about page.',
    where: { heading: null, selector: 'body', char_range: null },
  }),
  F11: hygiene,
};

/** A place that quotes the page: the first 25 words of a stretch of its main text. */
function at(page: PageModel, start: number, end: number): Pick<Advice, 'where' | 'quote'> {
  const quote = firstWords(page.main.text.slice(start, end));
  return {
    where: { heading: headingOver(page, start), selector: null, char_range: [start, start + quote.length] },
    quote,
  };
}

function headingOver(page: PageModel, offset: number): string | null {
  let heading: string | null = null;
  for (const block of page.main.blocks) {
    if (block.start > offset) break;
    if (block.kind === 'heading') heading = block.text;
  }
  return heading;
}

function atSentence(page: PageModel, sentence: Sentence | undefined): Pick<Advice, 'where' | 'quote'> {
  return sentence === undefined ? {} : at(page, sentence.start, sentence.end);
}

function start(page: PageModel): Pick<Advice, 'where' | 'quote'> {
  const first = page.main.blocks[0];
  return first === undefined ? {} : at(page, first.start, first.end);
}

function queryFit({ page, queries, options }: Findings): Advice {
  const worst = [...queries].sort((a, b) => a.value - b.value)[0];
  if (worst === undefined)
    return { title: 'Name the subject', recommendation: 'Give the page a title and a first heading.' };
  if (worst.origin === 'page') return ownPromise(page, worst.query);
  const missing = options.captures?.missing_terms.filter(({ query }) => query === worst.query) ?? [];
  const lead = missing[0];
  if (lead !== undefined) {
    const terms = missing.slice(0, 8).map(({ term }) => term);
    return {
      title: `Cover what “${worst.query}” asks for`,
      recommendation: `Your page lacks ${terms.join(', ')}, which ${lead.pages} of ${lead.of} pages cited for “${worst.query}” contain.`,
      ...start(page),
    };
  }
  const where = worst.in_title < worst.in_body ? 'title and headings' : 'text';
  const named = worst.missing_terms.slice(0, 8).join(', ');
  return {
    title: `Answer “${worst.query.slice(0, 120)}” in its own words`,
    recommendation:
      named === ''
        ? `The words of “${worst.query}” stand on the page, but not in its ${where}: put them where a reader looks first.`
        : `Nothing on the page mentions ${named}. Where they apply, use these words in title, headings and text.`,
    ...start(page),
  };
}

/** No query was given: the page is held to its own title and heading. */
function ownPromise(page: PageModel, promise: string): Advice {
  const body = page.main.blocks.flatMap(({ kind, text }) => (kind === 'heading' ? [] : [text])).join('\n');
  const said = page.terms.distinct(body);
  const open = [...page.terms.distinct(promise)].filter((term) => !said.has(term));
  const named = open.slice(0, 8).map((term) => page.terms.spoken(term));
  return {
    title: 'Keep in the text what title and heading promise',
    recommendation:
      named.length > 0
        ? `The text never takes up ${named.join(', ')}. Answer what the heading announces, in its own words.`
        : 'Let the headings of the sections name what title and first heading announce.',
    ...start(page),
  };
}

function withoutScript({ page }: Findings): Advice {
  const still = page.staticWords ?? 0;
  const all = Math.max(1, page.renderedWords ?? 1);
  const lost = Math.round(100 * (1 - Math.min(1, still / all)));
  return {
    title: 'Send the text with the HTML',
    recommendation: `${lost} % of the text only exists after JavaScript; AI crawlers do not run it. Render it on the server.`,
    ...start(page),
  };
}

function subtopics({ options }: Findings): Advice {
  const gap = options.captures?.subtopics.find((topic) => topic.gap);
  if (gap === undefined)
    return { title: 'Cover more subtopics', recommendation: 'Answer the subtopics listed in coverage_gap.' };
  return {
    title: `Answer “${gap.subtopic}”`,
    recommendation: `${gap.covered_by.length} cited pages of ${gap.domains} sites answer “${gap.subtopic}”; yours does not.`,
  };
}

function structure({ page, factors }: Findings): Advice {
  const measured = factors.find(({ id }) => id === 'F4')?.measured ?? {};
  const long = page.sections.filter(({ words }) => words > 300).sort((a, b) => b.words - a.words)[0];
  if (measured.tables === 0) {
    const entities = page.main.blocks
      .filter(({ kind, level }) => kind === 'heading' && level >= 2)
      .slice(0, 4)
      .map(({ text }) => `“${text.slice(0, 60)}”`);
    const about =
      entities.length >= 2
        ? `comparing what stands under ${entities.join(', ')}`
        : 'with the facts a reader compares';
    const heading =
      page.main.blocks.find(({ kind, level }) => kind === 'heading' && level >= 2) ?? page.main.blocks[0];
    return {
      title: 'Put the facts into a table',
      recommendation: `Add a table ${about}, with a header row; part the text into sections of 80–300 words.`,
      ...(heading === undefined ? {} : at(page, heading.start, heading.end)),
    };
  }
  const first = long?.heading ?? long?.blocks[0] ?? page.main.blocks[0];
  return {
    title: 'Cut the text into sections',
    recommendation:
      long === undefined
        ? 'Give tables a header row and sections 80–300 words each under headings of level 2 or 3.'
        : `This section runs to ${long.words} words; part it by headings of level 2 or 3 into sections of 80–300.`,
    ...(first === undefined ? {} : at(page, first.start, first.end)),
  };
}

function figures({ page, factors }: Findings): Advice {
  const measured = factors.find(({ id }) => id === 'F5')?.measured ?? {};
  const bare = page.sections.filter(({ words }) => words >= 40).sort((a, b) => b.words - a.words)[0];
  const block = bare?.blocks[0];
  return {
    title: 'Give checkable figures',
    recommendation: `Only ${measured.figures ?? 0} checkable figures in ${measured.words ?? 0} words. State amounts, shares, dates and units where you know them.`,
    ...(block === undefined ? {} : at(page, block.start, block.end)),
  };
}

function sources({ page }: Findings): Advice {
  const claims = unsourcedClaims(page).slice(0, 3);
  if (claims.length === 0)
    return {
      title: 'Link to your sources',
      recommendation: 'Link to what the text rests on, and quote people by name.',
      ...start(page),
    };
  const quoted = claims.map(({ text }) => `“${firstWords(text)}”`).join(' · ');
  return {
    title: 'Give claims a source',
    recommendation: `Claims without a source: ${quoted}`,
    ...atSentence(page, claims[0]),
  };
}

function answerFirst({ page }: Findings): Advice {
  const open = answeredHeadings(page).find(({ answered }) => !answered)?.section.heading;
  return {
    title: 'Answer first, explain after',
    recommendation:
      'Let one of the first three sentences under this heading answer it in the heading’s own words, within 60 words.',
    ...(open === undefined || open === null ? {} : at(page, open.start, open.end)),
  };
}

function freshness({ freshness: found }: Findings): Advice {
  const shown = found.dates.find(({ basis }) => basis === 'visible_text') ?? found.dates[0];
  return {
    title: 'Bring the page up to date',
    recommendation: `${shown === undefined ? 'No date is shown' : `Date shown: ${shown.date} (${shown.basis})`}; last substantive change ${found.last_change ?? 'unknown'}. Change what has become wrong, then the date; a new date alone earns nothing.`,
    where: {
      heading: null,
      selector: shown?.basis === 'time_element' ? 'time[datetime]' : null,
      char_range: null,
    },
  };
}

function clarity({ page }: Findings): Advice {
  return {
    title: 'Shorten the longest sentences',
    recommendation: 'Part sentences of more than 30 words; this is the longest.',
    ...atSentence(page, longSentences(page)[0] ?? page.sentences[0]),
  };
}

function hygiene({ page, freshness: found }: Findings): Advice {
  const failed = hygieneChecks(page, found.conflicts.length).filter(({ passed }) => !passed);
  return {
    title: 'Tidy the markup',
    recommendation: `Not met: ${failed.map(({ name }) => name).join(', ')}. No study found that this brings citations.`,
    where: { heading: null, selector: 'head', char_range: null },
  };
}
