import type { CoverageGap, QueryFit } from '../contract/page-score.ts';
import { type Finding, mean, share } from './factor.ts';
import type { PageModel } from './page-model.ts';

const TITLE = 0.3;
const HEADINGS = 0.3;
const BODY = 0.4;
const MISSING_NAMED = 12;

/**
 * Fit of the page to each query; without queries, of the text to its own title and first heading. A term weighs what it
 * tells among the pages cited for the query (BM25) where captures know some, else as much as any other.
 */
export function queryFits(
  page: PageModel,
  queries: readonly string[],
  captures?: CoverageGap | undefined,
): QueryFit[] {
  const given = queries.map((query) => query.trim()).filter((query) => query !== '');
  const asked: { query: string; origin: QueryFit['origin'] }[] =
    given.length > 0 ? given.map((query) => ({ query, origin: 'caller' })) : ownQuestion(page);
  const title = page.terms.distinct(page.head.title ?? '');
  const headings = page.terms.distinct(
    page.main.blocks.flatMap(({ kind, text }) => (kind === 'heading' ? [text] : [])).join('\n'),
  );
  const body = page.terms.distinct(
    page.main.blocks.flatMap(({ kind, text }) => (kind === 'heading' ? [] : [text])).join('\n'),
  );
  return asked.flatMap(({ query, origin }) => {
    const terms = [...page.terms.distinct(query)];
    if (terms.length === 0) return [];
    const weights = weightsOf(query, captures);
    const weigh = (some: readonly string[]): number =>
      some.reduce((sum, term) => sum + (weights === null ? 1 : (weights.get(term) ?? 0)), 0);
    const all = weigh(terms);
    const within = (place: ReadonlySet<string>): number =>
      all === 0 ? 0 : share(weigh(terms.filter((term) => place.has(term))) / all);
    const places = { in_title: within(title), in_headings: within(headings), in_body: within(body) };
    const { in_title, in_headings, in_body } = places;
    const missing = terms.filter((term) => !title.has(term) && !headings.has(term) && !body.has(term));
    return [
      {
        query,
        origin,
        value: share(TITLE * in_title + HEADINGS * in_headings + BODY * in_body),
        ...places,
        missing_terms: missing.slice(0, MISSING_NAMED).map((term) => page.terms.spoken(term)),
      },
    ];
  });
}

/** Weights of a query's terms; null where no page is known that is cited for it. */
function weightsOf(query: string, captures: CoverageGap | undefined): ReadonlyMap<string, number> | null {
  const known = captures?.query_terms?.filter((own) => own.query.trim() === query) ?? [];
  return known.length === 0 ? null : new Map(known.map(({ term, weight }) => [term, weight]));
}

function ownQuestion(page: PageModel): { query: string; origin: 'page' }[] {
  const own = [page.head.title, page.head.h1[0]].filter((text): text is string => typeof text === 'string');
  return own.length === 0 ? [] : [{ query: [...new Set(own)].join(' '), origin: 'page' }];
}

/** F1. */
export function queryFitFactor(fits: readonly QueryFit[]): Finding {
  if (fits.length === 0)
    return {
      id: 'F1',
      value: null,
      measured: {},
      why: 'No query was given, and the page has neither title nor heading.',
    };
  const value = share(mean(fits.map((fit) => fit.value)));
  const own = fits[0]?.origin === 'page';
  const why = own
    ? 'No query was given: measured is whether the text keeps what title and first heading promise.'
    : `Share of the terms of ${fits.length === 1 ? 'the query' : `${fits.length} queries`} in title (30 %), headings (30 %) and text (40 %).`;
  return { id: 'F1', value, measured: { queries: own ? 0 : fits.length }, why };
}

/** F3: what cited pages answer, measured only where captures are. */
export function subtopicFactor(captures: CoverageGap | undefined): Finding {
  if (captures?.value === undefined || captures.value === null)
    return {
      id: 'F3',
      value: null,
      measured: {},
      why: 'No captures of real answers were given; the weight goes to query fit.',
    };
  const covered = captures.subtopics.filter((topic) => topic.covered).length;
  return {
    id: 'F3',
    value: share(captures.value),
    measured: { subtopics: captures.subtopics.length, covered, cited_pages: captures.pages },
    why: `${covered} of ${captures.subtopics.length} subtopics that cited pages answer are answered here, weighted by captures.`,
  };
}
