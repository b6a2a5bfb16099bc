import type { Interstitial, Wall } from '../../src/contract/surface.ts';
import { COMPOSER, FINISHED_ANSWER } from './selectors.ts';

const APP = `${COMPOSER.any.join(', ')}, ${FINISHED_ANSWER}`;
/** The dialog's own way out; "Continue with …" buttons come without such a label. */
const CLOSE =
  '[role="dialog"] button[aria-label="Close"], [role="dialog"] [data-testid="close-modal"], [role="dialog"] [data-testid="login-modal-close"]';
const SIGN_IN_WORDS =
  /Continue with (?:Google|Apple|email)|Sign in or create an account|Sign up (?:below )?to/i;

/**
 * Pages that end a capture (perplexity.md a). A finished answer wins over every text: answers speak of limits and
 * sign-ins too. Detected and reported, never solved or evaded.
 */
export const WALLS: readonly Wall[] = [
  { name: 'cloudflare_header', outcome: 'challenge', header: { name: 'cf-mitigated', value: /challenge/i } },
  {
    name: 'cloudflare_title',
    outcome: 'challenge',
    title: /^\s*(?:Just a moment|Attention Required|Nur einen Moment)/i,
    unless: FINISHED_ANSWER,
  },
  {
    name: 'cloudflare_widget',
    outcome: 'challenge',
    selector:
      '#challenge-running, #challenge-form, #challenge-error-text, iframe[src*="challenges.cloudflare.com"], form[action*="__cf_chl"]',
    unless: APP,
  },
  {
    name: 'cloudflare_text',
    outcome: 'challenge',
    text: /Enable JavaScript and cookies to continue|Verif(?:y|ying) (?:that )?you are (?:a )?human|Checking if the site connection is secure/i,
    unless: APP,
  },
  // Whoever is refused outright meets Cloudflare's check (perplexity.md a, 2026).
  { name: 'refused', outcome: 'challenge', status: 403, unless: APP },
  {
    name: 'not_in_region',
    outcome: 'declined',
    text: /Perplexity is (?:not|un)(?: currently)? ?available in your (?:country|region|location)/i,
    unless: FINISHED_ANSWER,
  },
  {
    name: 'login_page',
    outcome: 'login_wall',
    url: /^https:\/\/www\.perplexity\.ai\/(?:login|sign-?in|auth\/(?:login|signin))\b/,
  },
  {
    name: 'login_modal',
    outcome: 'login_wall',
    selector: '[role="dialog"]',
    text: SIGN_IN_WORDS,
    unless: `${CLOSE}, ${FINISHED_ANSWER}`,
  },
  {
    name: 'limit_notice',
    outcome: 'throttled',
    selector: '[data-testid="rate-limit-message"], [data-testid="usage-limit"]',
    unless: FINISHED_ANSWER,
  },
  {
    name: 'limit_text',
    outcome: 'throttled',
    text: /^\W*(?:You['’]ve (?:reached|hit|used up) (?:your|the) [\w ]{0,30}limit|Too many requests|You are being rate limited|You have run out of [\w ]{0,20}(?:searches|queries))/im,
    unless: FINISHED_ANSWER,
  },
  {
    name: 'error_page',
    outcome: 'surface_error',
    text: /^\W*(?:Something went wrong|Internal Error|Perplexity is (?:currently )?(?:down|experiencing))/im,
    unless: APP,
  },
];

/** What stands in the way and offers a way out of its own (perplexity.md a; markup partly inferred). */
export const INTERSTITIALS: readonly Interstitial[] = [
  {
    name: 'cookie_banner',
    when: {
      name: 'cookie_banner_open',
      selector: '[id*="cookie" i] button, [aria-label*="cookie" i] button, [data-testid*="cookie" i] button',
    },
    // Only a button that says by its own name that it declines; a banner without one is left alone.
    dismiss: {
      name: 'necessary_cookies',
      any: [
        ':is([id*="cookie" i], [aria-label*="cookie" i], [data-testid*="cookie" i]) :is([data-testid*="necessary" i], [data-testid*="reject" i], [id*="necessary" i], [id*="reject" i])',
        ':is([id*="cookie" i], [aria-label*="cookie" i], [data-testid*="cookie" i]) :is(button[aria-label*="necessary" i], button[aria-label*="reject" i])',
      ],
    },
  },
  {
    name: 'sign_in_modal',
    when: { name: 'sign_in_modal_open', selector: '[role="dialog"]', text: SIGN_IN_WORDS },
    dismiss: { name: 'close_sign_in', any: [CLOSE] },
  },
  {
    name: 'promo',
    when: {
      name: 'promo_open',
      selector: '[role="dialog"]',
      text: /Comet|Download the app|Get the app|Welcome to/i,
    },
    dismiss: { name: 'close_promo', any: [CLOSE] },
  },
];

/** What a turn says instead of an answer; only short turns that begin so count. */
export const FAILED_TURN: readonly {
  outcome: 'surface_error' | 'throttled' | 'login_wall';
  name: string;
  text: RegExp;
}[] = [
  {
    outcome: 'login_wall',
    name: 'turn_asks_for_sign_up',
    text: /^(?:Sign (?:up|in)|Log in)(?: or (?:sign (?:up|in)|log in))? (?:and repeat your request|to (?:continue|get an answer))/i,
  },
  {
    outcome: 'throttled',
    name: 'turn_limited',
    text: /^(?:Too many requests|You['’]ve (?:reached|hit) |Rate limit)/i,
  },
  {
    outcome: 'surface_error',
    name: 'turn_failed',
    text: /^(?:Error in processing query|Something went wrong|There was an error|Internal error)/i,
  },
];

/** Longer turns are answers that speak of such things. */
export const FAILED_TURN_MAX_CHARS = 240;
