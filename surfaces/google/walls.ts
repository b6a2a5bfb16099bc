import type { Interstitial, Wall } from '../../src/contract/surface.ts';
import { RESULTS_CSS } from './page-kind.ts';

/**
 * Pages that ask for a human check. Results win over every mark: ordinary results pages carry "/sorry/index" and
 * "recaptcha" in their own scripts (google_search.md 0). Detected and reported, never solved.
 */
export const GOOGLE_WALLS: readonly Wall[] = [
  {
    name: 'sorry_url',
    outcome: 'challenge',
    url: /^https?:\/\/(?:[a-z0-9-]+\.)*google\.[a-z.]+\/sorry(?:\/|\?|$)/i,
    unless: RESULTS_CSS,
  },
  {
    name: 'captcha_form',
    outcome: 'challenge',
    selector:
      'form#captcha-form, form[action*="/sorry/"], .g-recaptcha[data-sitekey], iframe[src*="/recaptcha/"]:not([src*="size=invisible"])',
    unless: RESULTS_CSS,
  },
  {
    name: 'unusual_traffic',
    outcome: 'challenge',
    text: /unusual traffic from your computer network|ungewöhnlichen Datenverkehr|необычный трафик|tráfego incomum|tráfico inusual|trafic (?:exceptionnel|inhabituel)|traffico insolito|通常と異なるトラフィック|حركة مرور غير (?:عادية|معتادة)/iu,
    unless: RESULTS_CSS,
  },
  { name: 'http_429', outcome: 'challenge', status: 429, unless: RESULTS_CSS },
  {
    name: 'server_error',
    outcome: 'surface_error',
    title: /^(?:Error \d{3} \(|Server Error|502 |503 )/i,
    unless: RESULTS_CSS,
  },
];

/**
 * Google's cookie consent, as a dialog over the page or as a page of its own (google_search.md 2; button ids stable
 * 2021 → 2026). The button offered to a visitor who declines is pressed.
 */
export const GOOGLE_INTERSTITIALS: readonly Interstitial[] = [
  {
    name: 'consent_dialog',
    when: {
      name: 'consent_dialog',
      selector: '#CXQnmb, [role="dialog"]:has(#W0wltc), [role="dialog"]:has(#L2AGLb)',
    },
    dismiss: {
      name: 'consent_reject',
      any: [
        '#W0wltc',
        '[role="dialog"]:has(#L2AGLb) button:not(#L2AGLb)',
        '#CXQnmb button[aria-label^="Reject"]',
      ],
    },
  },
  {
    name: 'consent_page',
    when: {
      name: 'consent_page',
      url: /^https?:\/\/consent\.(?:google|youtube)\.[a-z.]+\//i,
      selector: 'form[action*="/save"]',
    },
    dismiss: {
      name: 'consent_page_reject',
      any: [
        'form:has(input[name="set_eom"][value="true"]) button',
        'form:has(input[name="set_eom"][value="true"]) input[type="submit"]',
        'button[aria-label^="Reject"]',
      ],
    },
  },
];

/** CSS of a consent that stands in the way on a stored page. */
export const CONSENT_CSS = 'form[action*="consent.google."], #CXQnmb';
