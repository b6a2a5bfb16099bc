import type { Outcome } from '../contract/outcome.ts';
import type { PageEndCode, PageOutcome } from '../contract/page-outcome.ts';

/** The endings of a page capture that the fleet has a word for; what the rest have in common is that no page came. */
const OUTCOME_OF: Partial<Record<PageEndCode, Outcome>> = {
  challenge: 'challenge',
  throttled: 'throttled',
  unauthorized: 'login_wall',
  login_page: 'login_wall',
  server_error: 'surface_error',
  timeout: 'timeout',
  page_lost: 'browser_crashed',
  empty_page: 'extraction_empty',
  too_many_elements: 'extraction_empty',
  invalid_text: 'extraction_empty',
};

/**
 * How the capture of a page counts among those of the other surfaces: `answered` when there is a page to read. The page's own
 * word is the code of the child's failure. Pure.
 */
export function outcomeOfPage(outcome: PageOutcome): Outcome {
  return outcome.kind === 'captured' ? 'answered' : (OUTCOME_OF[outcome.code] ?? 'navigation_failed');
}
