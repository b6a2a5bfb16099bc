import type { Interstitial, Wall } from '../../src/contract/surface.ts';
import { COMPOSER, FINISHED_ANSWER } from './selectors.ts';

const CHAT = `${COMPOSER.any[0]}, [data-testid="user-menu-button"], ${FINISHED_ANSWER}`;

/**
 * Pages that end a capture (claude.md a; seen 2025-12 to 2026-09). A finished answer wins over every text: an answer
 * may speak of limits and sign-ins. Detected and reported, never solved or evaded.
 */
export const WALLS: readonly Wall[] = [
  { name: 'cloudflare_header', outcome: 'challenge', header: { name: 'cf-mitigated', value: /challenge/i } },
  {
    name: 'cloudflare_title',
    outcome: 'challenge',
    title: /^\s*(?:Just a moment|Attention Required)/i,
    unless: CHAT,
  },
  {
    name: 'region_page',
    outcome: 'declined',
    url: /^https:\/\/(?:www\.)?(?:claude\.ai|claude\.com|anthropic\.com)\/(?:[a-z-]+\/)?(?:app-)?unavailable/,
  },
  {
    name: 'region_text',
    outcome: 'declined',
    text: /^\W*(?:App unavailable(?: in region)?$|Unfortunately, Claude (?:\S+ )?is (?:only|not) available in|Claude isn['’]t available (?:in your|here))/im,
    unless: CHAT,
  },
  {
    name: 'login_page',
    outcome: 'login_wall',
    url: /^https:\/\/claude\.ai\/(?:login|magic-link|logout|sso)\b/,
  },
  { name: 'login_title', outcome: 'login_wall', title: /^\s*Sign in\b.*Claude/i, unless: CHAT },
  {
    name: 'login_form',
    outcome: 'login_wall',
    selector: '[data-testid="login-with-google"], [data-testid="login-with-apple"]',
    unless: CHAT,
  },
  {
    name: 'login_email',
    outcome: 'login_wall',
    selector: 'form:has([data-testid="email"]) [data-testid="continue"]',
    unless: CHAT,
  },
  // After the sign-in page, which may hold a small check of its own beside its form.
  {
    name: 'cloudflare_widget',
    outcome: 'challenge',
    selector:
      '#challenge-running, #challenge-form, #challenge-error-text, iframe[src*="challenges.cloudflare.com"]',
    unless: CHAT,
  },
  {
    name: 'cloudflare_text',
    outcome: 'challenge',
    text: /Enable JavaScript and cookies to continue|Verifying you are human|Checking if the site connection is secure/i,
    unless: CHAT,
  },
  {
    name: 'limit_dialog',
    outcome: 'throttled',
    selector: '#rate-limit-risk-reversal',
    unless: FINISHED_ANSWER,
  },
  {
    name: 'limit_text',
    outcome: 'throttled',
    text: /^\W*(?:You['’]ve (?:hit|reached) your (?:\S+ )?limit\b|You['’]ve hit your limit for Claude messages|Claude usage limit reached|You['’]re out of (?:free|extra) (?:messages|usage)|You are out of free messages|Message limit reached|Limits will reset at)/im,
    unless: FINISHED_ANSWER,
  },
  {
    name: 'unavailable_text',
    outcome: 'surface_error',
    text: /^\W*(?:Claude will return soon|Claude['’]s response (?:could not be fully generated|was interrupted)|Due to unexpected capacity constraints|There was an error (?:sending|generating)|We['’]re (?:currently )?experiencing (?:very |higher than normal )?(?:high )?(?:demand|errors)|Can['’]t open this chat)/im,
    unless: FINISHED_ANSWER,
  },
];

/** Dialogs with an honest way out (claude.md a, seen 2026-09). */
export const INTERSTITIALS: readonly Interstitial[] = [
  {
    name: 'cookie_consent',
    when: { name: 'consent_banner', selector: '[data-testid="consent-banner"]' },
    dismiss: { name: 'reject_cookies', any: ['[data-testid="consent-reject"]'] },
  },
  {
    name: 'dialog',
    when: { name: 'dialog_open', selector: '[role="dialog"]', unless: '#rate-limit-risk-reversal' },
    dismiss: {
      name: 'close_dialog',
      any: [
        '[role="dialog"] :is([data-testid$="-dismiss"], [data-testid$="-close"], [data-testid="close-button"])',
        '[role="dialog"] button[aria-label="Close"]',
        '[role="dialog"] button[aria-label="Dismiss"]',
      ],
    },
  },
];
