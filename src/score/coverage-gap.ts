import type { Envelope } from '../contract/envelope.ts';
import type { PageRecord } from '../contract/page-record.ts';
import type { CoverageGap } from '../contract/page-score.ts';
import { firstWords, sentencesOf } from '../extract/words.ts';
import { Bm25 } from './bm25.ts';
import { addressOf, answered, citationStatus } from './citation-status.ts';
import { share } from './factor.ts';
import { type PageModel, readPage, type Section } from './page-model.ts';
import { siteOf } from './site.ts';
import { type Subtopic, subtopicsOf } from './subtopics.ts';

const PERCENTILE = 0.8;
/** Fewer pairs of section and subtopic than this have no percentile worth the name: then the terms held decide alone. */
const PAIRS = 60;
/** A section about a subtopic holds most of what is telling in its terms: on desks, “desk” says little, “cable” much. */
const TELLING_HELD = 0.6;
const SHARED = 2;
const MAX_SUBTOPICS = 40;
const MISSING_PER_QUERY = 10;

interface CitedPage {
  url: string;
  site: string;
  model: PageModel;
  /** In how many captures it was cited. */
  captures: number;
  queries: ReadonlySet<string>;
}

interface Place {
  /** Index among the cited pages; −1: the page itself. */
  page: number;
  section: Section;
}

/**
 * What pages answer that captures of real answers cite, and this page does not. Pure: `cited` are records of pages those
 * captures cite, taken with the same fleet. Subtopics count when at least two cited pages of two sites answer them. Null
 * when the record holds no page.
 */
export function coverageGap(
  record: PageRecord,
  envelopes: readonly Envelope[],
  cited: readonly PageRecord[],
): CoverageGap | null {
  const page = readPage(record, undefined);
  const url = record.final_url ?? record.asked_url;
  if (page === null || url === null) return null;
  const answers = answered(envelopes);
  const pages = citedPages(url, answers, cited);
  const subtopics = matrix(
    page,
    pages,
    subtopicsOf(
      answers,
      pages.map(({ model }) => model),
      page.terms,
    ),
  );
  const total = subtopics.reduce((sum, { weight }) => sum + weight, 0);
  const covered = subtopics.reduce((sum, topic) => sum + (topic.covered ? topic.weight : 0), 0);
  return {
    pages: pages.length,
    captures: answers.length,
    value: total === 0 ? null : share(covered / total),
    subtopics,
    citations: citationStatus(answers, url, page.main.text),
    missing_terms: missingTerms(page, pages),
    query_terms: queryTerms(page, pages),
    median_words: median(pages.map(({ model }) => model.main.words)),
  };
}

function citedPages(url: string, answers: readonly Envelope[], records: readonly PageRecord[]): CitedPage[] {
  const own = addressOf(url);
  const found: CitedPage[] = [];
  for (const record of records) {
    const addresses = new Set([addressOf(record.asked_url), addressOf(record.final_url)]);
    const at = record.final_url ?? record.asked_url;
    if (at === null || addresses.has(own) || record.outcome.kind !== 'captured') continue;
    const citing = answers.filter(({ evidence }) =>
      evidence.sources.some(
        (source) => source.cited && addresses.has(addressOf(source.canonicalUrl ?? source.url)),
      ),
    );
    const model = citing.length === 0 ? null : readPage(record, undefined);
    if (model === null || model.main.words === 0) continue;
    const queries = new Set(citing.map(({ job }) => job.query));
    found.push({ url: at, site: siteOf(at) ?? at, model, captures: citing.length, queries });
  }
  return found;
}

/** Page × subtopic: which sections are about which subtopic, by BM25 above the 80th percentile of all pairs. */
function matrix(
  page: PageModel,
  pages: readonly CitedPage[],
  topics: readonly Subtopic[],
): CoverageGap['subtopics'] {
  const places: Place[] = [
    ...page.sections.map((section) => ({ page: -1, section })),
    ...pages.flatMap(({ model }, index) => model.sections.map((section) => ({ page: index, section }))),
  ];
  const index = new Bm25(
    places.map(({ section }) => page.terms.terms(`${section.heading?.text ?? ''}\n${section.text}`)),
  );
  const scores = topics.map((topic) => places.map((_place, at) => index.score(at, topic.terms)));
  const sorted = scores.flat().sort((a, b) => a - b);
  const threshold = sorted.length < PAIRS ? 0 : (sorted[Math.floor(PERCENTILE * (sorted.length - 1))] ?? 0);
  const isAbout = (topic: number, at: number): boolean => {
    const terms = [...(topics[topic]?.terms ?? [])];
    const telling = (wanted: readonly string[]): number =>
      wanted.reduce((sum, term) => sum + index.idf(term), 0);
    const held = telling(terms.filter((term) => index.holds(at, term)));
    return (scores[topic]?.[at] ?? 0) > threshold && held >= TELLING_HELD * telling(terms);
  };
  return topics
    .map((topic, number) => {
      const about = places.filter((_place, at) => isAbout(number, at));
      return row(topic, about, pages, page);
    })
    .filter(({ covered_by, domains }) => covered_by.length >= SHARED && domains >= SHARED)
    .sort((a, b) => b.weight - a.weight || (a.subtopic < b.subtopic ? -1 : 1))
    .slice(0, MAX_SUBTOPICS);
}

function row(
  topic: Subtopic,
  about: readonly Place[],
  pages: readonly CitedPage[],
  own: PageModel,
): CoverageGap['subtopics'][number] {
  const best = new Map<CitedPage, Section>();
  for (const { page, section } of about) {
    const cited = pages[page];
    if (cited !== undefined && !best.has(cited)) best.set(cited, section);
  }
  const covered = about.some(({ page }) => page === -1);
  return {
    subtopic: topic.label,
    covered,
    weight: [...best.keys()].reduce((sum, { captures }) => sum + captures, 0),
    domains: new Set([...best.keys()].map(({ site }) => site)).size,
    gap: !covered,
    covered_by: [...best].map(([{ url }, section]) => ({ url, quote: quoteOf(section, topic, own) })),
  };
}

/** The sentence of a section that holds most of a subtopic's terms, at most 25 words of it. */
function quoteOf(section: Section, topic: Subtopic, { terms }: PageModel): string {
  let best = { text: section.heading?.text ?? '', held: 0 };
  for (const { text } of sentencesOf(section.text)) {
    const said = terms.distinct(text);
    const held = [...topic.terms].filter((term) => said.has(term)).length;
    if (held > best.held) best = { text, held };
  }
  return firstWords(best.text);
}

/** Terms that most pages cited for a query hold, at least two, and this page does not. */
function missingTerms(page: PageModel, pages: readonly CitedPage[]): CoverageGap['missing_terms'] {
  const own = page.terms.distinct(`${page.head.title ?? ''}\n${page.main.text}`);
  const termsOf = new Map(pages.map((cited) => [cited, page.terms.terms(cited.model.main.text)]));
  const queries = [...new Set(pages.flatMap((cited) => [...cited.queries]))];
  return queries.flatMap((query) => {
    const cited = pages.filter((candidate) => candidate.queries.has(query));
    const counts = new Map<string, { pages: number; times: number }>();
    for (const candidate of cited) {
      const seen = new Set<string>();
      for (const term of termsOf.get(candidate) ?? []) {
        const count = counts.get(term) ?? { pages: 0, times: 0 };
        counts.set(term, { pages: count.pages + (seen.has(term) ? 0 : 1), times: count.times + 1 });
        seen.add(term);
      }
    }
    const fewest = Math.max(SHARED, Math.ceil(cited.length / 2));
    return [...counts]
      .filter(([term, count]) => count.pages >= fewest && !own.has(term) && /^\p{L}{3,}/u.test(term))
      .sort(([a, x], [b, y]) => y.pages - x.pages || y.times - x.times || (a < b ? -1 : 1))
      .slice(0, MISSING_PER_QUERY)
      .map(([term, count]) => ({
        query,
        term: page.terms.spoken(term),
        pages: count.pages,
        of: cited.length,
      }));
  });
}

/** How telling each term of a query is among the pages cited for it and this one: what all of them hold tells little. */
function queryTerms(page: PageModel, pages: readonly CitedPage[]): NonNullable<CoverageGap['query_terms']> {
  const textOf = ({ head, main }: PageModel): string => `${head.title ?? ''}\n${main.text}`;
  const queries = [...new Set(pages.flatMap((cited) => [...cited.queries]))];
  return queries.flatMap((query) => {
    const cited = pages.filter((candidate) => candidate.queries.has(query));
    const models = [page, ...cited.map(({ model }) => model)];
    const index = new Bm25(models.map((model) => page.terms.terms(textOf(model))));
    return [...page.terms.distinct(query)].map((term) => ({
      ...{ query, term },
      weight: Math.round(index.idf(term) * 10_000) / 10_000,
    }));
  });
}

function median(values: readonly number[]): number | null {
  const ordered = [...values].sort((a, b) => a - b);
  const [low, high] = [ordered[(ordered.length - 1) >> 1], ordered[ordered.length >> 1]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}
