import type { CaptureRecord } from '../../src/contract/capture-record.ts';
import type { Result } from '../../src/contract/envelope.ts';
import type { Extraction } from '../../src/contract/extraction.ts';
import { type CheerioAPI, visibleText } from '../../src/extract/dom.ts';
import { findWall, pageFacts } from '../../src/extract/walls.ts';
import { isJavaScriptShell, isResultsPage } from './page-kind.ts';
import { CONSENT_CSS, GOOGLE_WALLS } from './walls.ts';

export type Verdict = Pick<Extraction, 'outcome' | 'marks' | 'warnings'>;

/**
 * What a page that should list something is. What the drive saw while it was there wins, but a drive that only ran out
 * of time leaves results that are there to the page; then results (ordinary pages
 * carry the words of every wall in their scripts), the page's own sentence that there are none (`notice`), the walls.
 */
export function listingVerdict(
  record: CaptureRecord,
  $: CheerioAPI | null,
  results: readonly Result[],
  notice?: string,
): Verdict {
  const { wall, failure, htmlClipped } = record.signals;
  if (wall !== null) return { outcome: wall.outcome, marks: [wall.mark], warnings: [] };
  const ranOut = failure?.outcome === 'timeout' && results.length > 0;
  if (failure !== null && !ranOut)
    return { outcome: failure.outcome, marks: ['drive_failure'], warnings: [] };
  if ($ === null) return { outcome: 'timeout', marks: ['no_page'], warnings: [] };
  const warnings = [...correctionWarning($), ...wrappedWarning(results)];
  if (results.length > 0) {
    return {
      outcome: htmlClipped || ranOut ? 'answered_partially' : 'answered',
      marks: ['results'],
      warnings,
    };
  }
  if (notice !== undefined) return { outcome: 'absent', marks: ['no_match_notice'], warnings };
  return emptyVerdict(record, $, warnings);
}

function emptyVerdict(record: CaptureRecord, $: CheerioAPI, warnings: string[]): Verdict {
  const wall = findWall(GOOGLE_WALLS, pageFacts(record, $));
  if (wall !== undefined) return { outcome: wall.outcome, marks: [wall.name], warnings: [] };
  if (isJavaScriptShell($)) return { outcome: 'challenge', marks: ['javascript_shell'], warnings: [] };
  const consent = $(CONSENT_CSS).length > 0;
  if (consent) return { outcome: 'surface_error', marks: ['consent_not_dismissed'], warnings: [] };
  if (!isResultsPage($)) return { outcome: 'surface_error', marks: ['no_results_page'], warnings: [] };
  // Words in the results column that no reader knew: the page has drifted. No words: the page ended before its results.
  const column = $('#search').get(0) ?? $('#rso').get(0) ?? $('#center_col').get(0);
  const words = column === undefined ? '' : visibleText(column);
  if (words.length > 80) return { outcome: 'extraction_empty', marks: ['results_not_read'], warnings };
  return { outcome: 'timeout', marks: ['results_missing'], warnings };
}

/** Google answered another spelling than the one asked ("Showing results for …"). */
function correctionWarning($: CheerioAPI): string[] {
  return $('a#fprsl').length > 0 ? ['query_corrected'] : [];
}

function wrappedWarning(results: readonly Result[]): string[] {
  return results.some(isOpaque) ? ['opaque_result_links'] : [];
}

/** Ads are paid through opaque links anyway; a result that cannot be followed is worth a word. */
function isOpaque({ type, url, wrappedUrl }: Result): boolean {
  return url === null && wrappedUrl !== undefined && type !== 'ad' && type !== 'product_ad';
}
