import type { Interstitial, Wall } from '../../src/contract/surface.ts';
import { FINISHED_ANSWER } from './selectors.ts';

const COMPOSER =
  'textarea[data-mobile-composer-prompt], textarea#mobile-composer-prompt, #prompt-textarea, [data-composer-markdown]';
const DISMISS =
  '[data-testid="dismiss-welcome"], #mobile-auth-dialog [data-dismiss], [data-testid="modal-no-auth-login"] [data-testid="close-button"], #modal-no-auth-login [data-testid="close-button"]';

/** Login dialogs that cover the page (chatgpt.md a, seen 2026). */
export const LOGIN_MODAL =
  '#modal-no-auth-login, [data-testid="modal-no-auth-login"], #mobile-auth-dialog[open], #mobile-auth-dialog[aria-modal="true"]';

/**
 * Pages that end a capture (chatgpt.md a; texts last seen 2025-10 to 2026-09). A finished answer wins over every text:
 * an answer may speak of rate limits. Detected and reported, never solved or evaded.
 */
export const WALLS: readonly Wall[] = [
  { name: 'cloudflare_header', outcome: 'challenge', header: { name: 'cf-mitigated', value: /challenge/i } },
  {
    name: 'cloudflare_title',
    outcome: 'challenge',
    title: /^\s*(?:Just a moment|Attention Required)/i,
    unless: FINISHED_ANSWER,
  },
  {
    name: 'cloudflare_widget',
    outcome: 'challenge',
    selector:
      '#challenge-running, #challenge-form, #challenge-error-text, iframe[src*="challenges.cloudflare.com"]',
    unless: `${COMPOSER}, ${FINISHED_ANSWER}`,
  },
  {
    name: 'cloudflare_text',
    outcome: 'challenge',
    text: /Enable JavaScript and cookies to continue|Verifying you are human|Checking if the site connection is secure/i,
    unless: `${COMPOSER}, ${FINISHED_ANSWER}`,
  },
  {
    name: 'visitor_check',
    outcome: 'challenge',
    text: /^\W*(?:Chat verification could not be completed|Chat verification required|Verify (?:that )?you are human)/im,
    unless: FINISHED_ANSWER,
  },
  {
    name: 'device_block',
    outcome: 'challenge',
    text: /Unusual activity has been detected from your device/i,
    unless: FINISHED_ANSWER,
  },
  {
    name: 'session_expired',
    outcome: 'login_wall',
    selector:
      '#modal-expired-session, [data-testid="log-back-form"], [data-dd-action-name="Select existing session"]',
  },
  {
    name: 'login_page',
    outcome: 'login_wall',
    url: /^https:\/\/(?:auth0?\.openai\.com\/|chatgpt\.com\/auth\/login)/,
  },
  {
    name: 'login_modal',
    outcome: 'login_wall',
    selector: LOGIN_MODAL,
    unless: `${DISMISS}, ${FINISHED_ANSWER}`,
  },
  {
    name: 'anonymous_limit',
    outcome: 'throttled',
    selector: '#no-auth-soft-rate-limit-dialog[open], #modal-no-auth-soft-rate-limit-inline-auth',
    unless: FINISHED_ANSWER,
  },
  {
    name: 'limit_text',
    outcome: 'throttled',
    text: /^\W*(?:You['’]ve reached (?:our|your) limit of messages|Log in to continue|Sign up to continue|You['’]re sending messages too quickly|Too many requests in 1 hour|ChatGPT is at capacity right now|We['’]re experiencing (?:exceptionally )?high demand)/im,
    unless: FINISHED_ANSWER,
  },
  {
    name: 'recovery',
    outcome: 'surface_error',
    selector: '[data-conversation-recovery], [data-conversation-gate], [data-safety-dialog]',
    unless: FINISHED_ANSWER,
  },
  {
    name: 'error_turn',
    outcome: 'surface_error',
    selector: '[data-testid="regenerate-thread-error-button"]',
    unless: FINISHED_ANSWER,
  },
];

/** Dialogs with an honest way out (chatgpt.md a, seen 2026-09). Labels are localised, so structure counts. */
export const INTERSTITIALS: readonly Interstitial[] = [
  {
    name: 'cookie_consent',
    when: {
      name: 'cookie_dialog',
      selector: '[role="dialog"]',
      text: /We use cookies|cookies/i,
      unless: LOGIN_MODAL,
    },
    dismiss: {
      name: 'reject_cookies',
      any: [
        '[role="dialog"] [data-testid="reject-non-essential"], [role="dialog"] [data-testid="cookie-reject"]',
        '[role="dialog"] button[aria-label*="Reject" i]',
        '[role="dialog"] button:has(+ button)',
      ],
    },
  },
  {
    name: 'login_modal',
    when: { name: 'login_modal_open', selector: LOGIN_MODAL },
    dismiss: {
      name: 'stay_logged_out',
      any: [
        '[data-testid="dismiss-welcome"]',
        '#mobile-auth-dialog [data-dismiss]',
        '[data-testid="modal-no-auth-login"] [data-testid="close-button"]',
        '#modal-no-auth-login [data-testid="close-button"]',
      ],
    },
  },
];

/** What an assistant turn says instead of an answer (seen 2026-09); only short turns that begin so are failures. */
export const FAILED_TURN: readonly { outcome: 'surface_error' | 'throttled'; name: string; text: RegExp }[] =
  [
    {
      outcome: 'throttled',
      name: 'turn_too_many_requests',
      text: /^(?:Too many requests|You['’]ve (?:reached|hit) )/i,
    },
    {
      outcome: 'surface_error',
      name: 'turn_failed',
      text: /^(?:Something went wrong|There was an error generating a response|Hmm\W{1,4}something seems to have gone wrong|Network error|Unable to load conversation|The server had an error)/i,
    },
  ];

/** Longer turns are answers that speak of errors. */
export const FAILED_TURN_MAX_CHARS = 400;
