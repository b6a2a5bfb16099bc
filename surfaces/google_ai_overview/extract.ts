import type { CaptureRecord } from '../../src/contract/capture-record.ts';
import type { Extraction, Reading } from '../../src/contract/extraction.ts';
import type { Outcome } from '../../src/contract/outcome.ts';
import type { CheerioAPI } from '../../src/extract/dom.ts';
import { parsePage } from '../../src/extract/page-query.ts';
import { findWall, pageFacts } from '../../src/extract/walls.ts';
import { type Overview, type OverviewState, readOverview } from '../google/overview.ts';
import { isJavaScriptShell, isResultsPage } from '../google/page-kind.ts';
import { readRegion } from '../google/region.ts';
import { readLoginState } from '../google/visitor.ts';
import { CONSENT_CSS, GOOGLE_WALLS } from '../google/walls.ts';

type Verdict = Pick<Extraction, 'outcome' | 'marks' | 'warnings'>;

const NEVER_SHOWN: Extraction['neverShown'] = [
  'fanOut',
  'mentions',
  'shopping',
  'ads',
  'results',
  'related',
  'model',
];

const OUTCOME_OF_STATE: Readonly<Record<OverviewState, Outcome>> = {
  answered: 'answered',
  partial: 'answered_partially',
  pending: 'timeout',
  declined: 'declined',
  throttled: 'throttled',
  unreadable: 'extraction_empty',
};

/**
 * Reads the AI Overview out of a record: only the DOM speaks here. Pure. A page without an overview is `absent`, a
 * good result; a page that is no results page is judged by its walls.
 */
export function extract(record: CaptureRecord): Extraction {
  const $ = record.html === null ? null : parsePage(record.html);
  const overview = $ === null ? undefined : readOverview($);
  const verdict = liveVerdict(record, overview) ?? pageVerdict(record, $, overview);
  const shown = verdict.outcome === 'answered' || verdict.outcome === 'answered_partially';
  return {
    ...verdict,
    dom: overview === undefined ? null : readingOf(overview, verdict.outcome),
    transcript: null,
    prefer: 'dom',
    neverShown: NEVER_SHOWN,
    expected: shown && overview !== undefined ? expectedOf(overview) : [],
    ...($ === null ? {} : { loginState: readLoginState($), region: readRegion($) }),
  };
}

/** Citing buttons beside known sources promise citations; an answer without any source is not unusual (2026-09). */
function expectedOf({ buttons, sources }: Overview): Extraction['expected'] {
  const always: Extraction['expected'] = ['answer', 'blocks', 'webSearch', 'region'];
  return buttons > 0 && sources.length > 0 ? [...always, 'sources', 'citations'] : always;
}

/**
 * What the drive saw while it was there wins over what the page looks like afterwards; but a drive that only ran out of
 * time leaves an overview that was begun to the page.
 */
function liveVerdict({ signals }: CaptureRecord, overview: Overview | undefined): Verdict | undefined {
  const { wall, failure } = signals;
  if (wall !== null) return { outcome: wall.outcome, marks: [wall.mark], warnings: [] };
  const begun = overview?.state === 'answered' || overview?.state === 'partial';
  if (failure === null || (failure.outcome === 'timeout' && begun)) return undefined;
  return { outcome: failure.outcome, marks: ['drive_failure'], warnings: [] };
}

function pageVerdict(record: CaptureRecord, $: CheerioAPI | null, overview: Overview | undefined): Verdict {
  if ($ === null) return { outcome: 'timeout', marks: ['no_page'], warnings: [] };
  if (overview !== undefined) return overviewVerdict(record, $, overview);
  if (isResultsPage($))
    return { outcome: 'absent', marks: ['results_without_overview'], warnings: correctionWarning($) };
  const wall = findWall(GOOGLE_WALLS, pageFacts(record, $));
  if (wall !== undefined) return { outcome: wall.outcome, marks: [wall.name], warnings: [] };
  if (isJavaScriptShell($)) return { outcome: 'challenge', marks: ['javascript_shell'], warnings: [] };
  const consent = $(CONSENT_CSS).length > 0;
  return {
    outcome: 'surface_error',
    marks: [consent ? 'consent_not_dismissed' : 'no_results_page'],
    warnings: [],
  };
}

function overviewVerdict(record: CaptureRecord, $: CheerioAPI, overview: Overview): Verdict {
  const { progress, state } = overview;
  const cut = state === 'answered' && record.signals.ending === 'deadline' && progress.finished.length === 0;
  const marks = state === 'declined' ? ['declined_notice'] : [...progress.busy, ...progress.finished];
  const warnings = correctionWarning($);
  if (state === 'pending') warnings.push('aio_pending_timeout');
  if (state === 'declined') warnings.push('aio_declined');
  if (overview.sources.some((source) => source.url === null)) warnings.push('opaque_source_links');
  if (overview.buttons > 0 && overview.citations.length === 0 && overview.sources.length > 0) {
    warnings.push('citation_payloads_missing');
  }
  if (overview.generation === 'legacy') warnings.push('legacy_generation');
  return { outcome: cut ? 'answered_partially' : OUTCOME_OF_STATE[state], marks, warnings };
}

/** Google answered another spelling than the one asked ("Showing results for …"). */
function correctionWarning($: CheerioAPI): string[] {
  return $('a#fprsl').length > 0 ? ['query_corrected'] : [];
}

function readingOf(overview: Overview, outcome: Outcome): Reading {
  const { markdown, citations, sources, cards } = overview;
  return {
    complete: outcome === 'answered',
    markdown,
    citations,
    sources,
    fanOut: null,
    mentions: null,
    shopping: null,
    ads: null,
    results: null,
    related: null,
    model: null,
    webSearch: true,
    cards,
  };
}
