import type { CaptureRecord } from '../../src/contract/capture-record.ts';
import type { Result } from '../../src/contract/envelope.ts';
import type { DraftSource, Extraction, Reading } from '../../src/contract/extraction.ts';
import type { Outcome } from '../../src/contract/outcome.ts';
import type { CheerioAPI } from '../../src/extract/dom.ts';
import { parsePage } from '../../src/extract/page-query.ts';
import { canonicalUrl } from '../../src/extract/urls.ts';
import { emptyNotice } from '../google/empty-listing.ts';
import { adsOf, ranked, sourcesOfResults } from '../google/listing.ts';
import { listingVerdict, type Verdict } from '../google/listing-verdict.ts';
import { type Overview, readOverview } from '../google/overview.ts';
import { readRegion } from '../google/region.ts';
import { readRelated } from '../google/related-searches.ts';
import { readLoginState } from '../google/visitor.ts';
import { readListing } from './listing.ts';
import { resultsPage } from './page.ts';
import { shoppingOf } from './products.ts';

const NEVER_SHOWN: Extraction['neverShown'] = ['fanOut', 'mentions', 'model'];

/**
 * Reads a results page: its listing, what it suggests, and the AI Overview when there is one. Only the DOM speaks here.
 * Pure. The answer is empty unless the page answers; a page that says it found nothing is `absent`.
 */
export function extract(record: CaptureRecord): Extraction {
  const $ = record.html === null ? null : parsePage(record.html);
  if ($ === null) return { ...listingVerdict(record, null, []), ...NOTHING };
  const overview = readOverview($);
  const entries = readListing(resultsPage($));
  const results = ranked(entries);
  const notice = results.length === 0 ? emptyNotice($) : undefined;
  const listed = listingVerdict(record, $, results, notice);
  const verdict = overview === undefined ? listed : withOverview(record, listed, overview);
  const isRead = READ.has(verdict.outcome);
  return {
    ...verdict,
    dom: isRead ? readingOf($, results, shoppingOf(entries), overview, verdict.outcome) : null,
    transcript: null,
    prefer: 'dom',
    neverShown: NEVER_SHOWN,
    expected: isRead && verdict.outcome !== 'absent' ? expectedOf(overview) : [],
    loginState: readLoginState($),
    region: readRegion($),
  };
}

/** Outcomes whose page is a results page. */
const READ: ReadonlySet<Outcome> = new Set(['answered', 'answered_partially', 'absent']);

const NOTHING: Pick<Extraction, 'dom' | 'transcript' | 'neverShown' | 'expected'> = {
  dom: null,
  transcript: null,
  neverShown: NEVER_SHOWN,
  expected: [],
};

/** An overview that was cut makes the capture partial; one that never came, or was refused, only leaves a warning. */
function withOverview({ signals }: CaptureRecord, verdict: Verdict, overview: Overview): Verdict {
  const { state, progress } = overview;
  const shown = state === 'answered' || state === 'partial';
  if (!READ.has(verdict.outcome) && !(verdict.outcome === 'extraction_empty' && shown)) return verdict;
  const warnings = [...verdict.warnings];
  if (state === 'pending') warnings.push('aio_pending_timeout');
  if (state === 'declined') warnings.push('aio_declined');
  if (state === 'throttled') warnings.push('aio_throttled');
  if (state === 'unreadable') warnings.push('aio_unreadable');
  const cut =
    state === 'partial' || (shown && signals.ending === 'deadline' && progress.finished.length === 0);
  const marks = [...verdict.marks, `overview_${state}`];
  const outcome: Outcome = cut ? 'answered_partially' : shown ? 'answered' : verdict.outcome;
  return { outcome: verdict.outcome === 'answered_partially' ? verdict.outcome : outcome, marks, warnings };
}

function expectedOf(overview: Overview | undefined): Extraction['expected'] {
  const always: Extraction['expected'] = ['results', 'sources', 'webSearch', 'region'];
  if (overview?.state === 'unreadable') return [...always, 'answer'];
  if (overview === undefined || !isAnswer(overview)) return always;
  const cites = overview.buttons > 0 && overview.sources.length > 0;
  return [...always, 'answer', 'blocks', ...(cites ? (['citations'] as const) : [])];
}

const isAnswer = ({ state }: Overview): boolean => state === 'answered' || state === 'partial';

function readingOf(
  $: CheerioAPI,
  results: Result[],
  shopping: Reading['shopping'],
  overview: Overview | undefined,
  outcome: Outcome,
): Reading {
  const answer = overview !== undefined && isAnswer(overview) ? overview : undefined;
  const sources = answer?.sources ?? [];
  return {
    complete: outcome !== 'answered_partially',
    markdown: answer?.markdown ?? '',
    citations: answer?.citations ?? [],
    sources: [...sources, ...sourcesOfResults(results, ['organic'], keysByAddress(sources))],
    fanOut: null,
    mentions: null,
    shopping,
    ads: adsOf(results),
    results,
    related: readRelated($),
    model: null,
    webSearch: true,
    cards: answer?.cards ?? [],
  };
}

/** A page that the overview cites and the listing shows is one source. */
function keysByAddress(sources: readonly DraftSource[]): Map<string, string> {
  const keys = new Map<string, string>();
  for (const { key, url } of sources) {
    const address = url === null ? undefined : canonicalUrl(url);
    if (address !== undefined && !keys.has(address)) keys.set(address, key);
  }
  return keys;
}
