import type { CaptureRecord } from '../../src/contract/capture-record.ts';
import type { Result } from '../../src/contract/envelope.ts';
import type { Extraction, Reading } from '../../src/contract/extraction.ts';
import { type CheerioAPI, foldSpace, visibleText } from '../../src/extract/dom.ts';
import { parsePage } from '../../src/extract/page-query.ts';
import { emptyNotice } from '../google/empty-listing.ts';
import { ranked, sourcesOfResults } from '../google/listing.ts';
import { listingVerdict, type Verdict } from '../google/listing-verdict.ts';
import { isResultsPage } from '../google/page-kind.ts';
import { readRegion } from '../google/region.ts';
import { readRelated } from '../google/related-searches.ts';
import { readLoginState } from '../google/visitor.ts';
import { readApp } from './app.ts';
import { APP_LINK_CSS } from './selectors.ts';
import { readTab } from './tab.ts';

/** Neither variant answers, sells or advertises. */
const NEVER_SHOWN: Extraction['neverShown'] = [
  'answer',
  'blocks',
  'citations',
  'fanOut',
  'mentions',
  'shopping',
  'ads',
  'model',
];

/**
 * Reads a page of news: the News tab, or news.google.com where the visitor was led there. Only the DOM speaks. Pure.
 * The answer is always empty; stories are results, and sources that were retrieved.
 */
export function extract(record: CaptureRecord): Extraction {
  const $ = record.html === null ? null : parsePage(record.html);
  const app = $ !== null && isAppPage($, record.finalUrl);
  const results = $ === null ? [] : ranked(app ? readApp($) : readTab($));
  const notice = $ === null || results.length > 0 ? undefined : emptyNotice($);
  const listed = listingVerdict(record, $, results, notice);
  const verdict = $ !== null && app ? appVerdict($, listed) : listed;
  const isRead = /^(?:answered|answered_partially|absent)$/.test(verdict.outcome);
  return {
    ...verdict,
    dom: isRead && $ !== null ? readingOf($, results, verdict.outcome !== 'answered_partially') : null,
    transcript: null,
    prefer: 'dom',
    neverShown: NEVER_SHOWN,
    expected: isRead && verdict.outcome !== 'absent' ? ['results', 'sources', 'webSearch', 'region'] : [],
    ...($ === null ? {} : { loginState: readLoginState($), region: regionOf($, app, record.finalUrl) }),
  };
}

function isAppPage($: CheerioAPI, url: string | null): boolean {
  if (isResultsPage($)) return false;
  return $(APP_LINK_CSS).length > 0 || /^https?:\/\/news\.google\.com\/(?!rss)/.test(url ?? '');
}

/** The app has none of the containers by which a results page is known: words without a story are a drifted page. */
function appVerdict($: CheerioAPI, listed: Verdict): Verdict {
  const { marks, warnings } = listed;
  if (listed.outcome === 'answered') return { ...listed, marks: [...marks, 'news_app'] };
  if (!marks.includes('no_results_page')) return listed;
  const main = $('main, [role="main"], c-wiz').get(0);
  const words = main === undefined ? '' : foldSpace(visibleText(main));
  return words.length > 200
    ? { outcome: 'extraction_empty', marks: ['stories_not_read'], warnings }
    : { outcome: 'timeout', marks: ['stories_missing'], warnings };
}

/** The app prints no place; its address says for which edition it was made (`ceid=US:en`), which proves only the asking. */
function regionOf($: CheerioAPI, app: boolean, url: string | null): NonNullable<Extraction['region']> {
  if (!app) return readRegion($);
  const edition = url !== null && URL.canParse(url) ? new URL(url).searchParams.get('ceid') : null;
  const country = /^([A-Z]{2}):/.exec(edition ?? '')?.[1];
  return country === undefined
    ? { effective: null, basis: 'none' }
    : { effective: country.toLowerCase(), basis: 'locale' };
}

function readingOf($: CheerioAPI, results: Result[], complete: boolean): Reading {
  return {
    complete,
    markdown: '',
    citations: [],
    sources: sourcesOfResults(results, ['news']),
    fanOut: null,
    mentions: null,
    shopping: null,
    ads: null,
    results,
    related: readRelated($),
    model: null,
    webSearch: true,
    cards: [],
  };
}
