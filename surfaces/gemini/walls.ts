import type { Interstitial, Wall } from '../../src/contract/surface.ts';
import { GOOGLE_INTERSTITIALS } from '../google/walls.ts';
import { ANY_ANSWER } from './selectors.ts';

const DIALOG = '[role="dialog"]:not(:has(inline-source-card)), mat-dialog-container';
const LOGIN_LINK = 'a[href*="accounts.google.com/ServiceLogin"], a[href*="accounts.google.com/signin"]';

/**
 * Pages that end a capture (gemini.md a, 2026-04 to 2026-10). Detected and reported, never solved or evaded. "Not
 * available in your country" is a product's refusal and not an error: `declined`.
 */
export const WALLS: readonly Wall[] = [
  {
    name: 'sorry_url',
    outcome: 'challenge',
    url: /^https?:\/\/(?:[a-z0-9-]+\.)*google\.[a-z.]+\/sorry(?:\/|\?|$)/i,
  },
  {
    name: 'captcha_form',
    outcome: 'challenge',
    selector: 'form#captcha-form, form[action*="/sorry/"], iframe[src*="/recaptcha/"]',
    unless: ANY_ANSWER,
  },
  {
    name: 'unusual_traffic',
    outcome: 'challenge',
    text: /unusual traffic from your computer network|ungewöhnlichen Datenverkehr|通常と異なるトラフィック|trafic (?:exceptionnel|inhabituel)|tráfico inusual|حركة مرور غير (?:عادية|معتادة)/iu,
    unless: ANY_ANSWER,
  },
  {
    name: 'account_check',
    outcome: 'challenge',
    url: /^https?:\/\/accounts\.google\.[a-z.]+\/.*(?:challenge|deniedsigninrejected)/i,
  },
  {
    name: 'verify_you',
    outcome: 'challenge',
    text: /^\W*Verify (?:it['’]s you|that it['’]s you|you are human)/im,
    unless: `${ANY_ANSWER}, rich-textarea`,
  },
  { name: 'sign_in_page', outcome: 'login_wall', url: /^https?:\/\/accounts\.google\.[a-z.]+\//i },
  {
    name: 'sign_in_dialog',
    outcome: 'login_wall',
    selector: `[role="dialog"]:not(:has(button)):has(${LOGIN_LINK}), mat-dialog-container:not(:has(button)):has(${LOGIN_LINK})`,
    unless: ANY_ANSWER,
  },
  {
    name: 'region_unavailable',
    outcome: 'declined',
    text: /Gemini (?:isn['’]t|is not) (?:currently )?(?:supported|available) in your (?:country|region)|Gemini (?:wird|ist) in (?:deinem|Ihrem) Land (?:derzeit )?nicht|Gemini は現在お住まいの国/iu,
    unless: ANY_ANSWER,
  },
  { name: 'http_429', outcome: 'throttled', status: 429 },
];

/** Things in the way with an honest button; labels are localised, so structure counts. */
export const INTERSTITIALS: readonly Interstitial[] = [
  ...GOOGLE_INTERSTITIALS,
  {
    name: 'sign_in_offer',
    when: {
      name: 'sign_in_offer',
      selector: `[role="dialog"]:has(button):has(${LOGIN_LINK}), mat-dialog-container:has(button):has(${LOGIN_LINK})`,
      unless: ANY_ANSWER,
    },
    dismiss: {
      name: 'stay_signed_out',
      any: [`[role="dialog"]:has(${LOGIN_LINK}) button`, `mat-dialog-container:has(${LOGIN_LINK}) button`],
    },
  },
  {
    name: 'news_card',
    when: {
      name: 'news_card',
      selector: DIALOG,
      unless: `${ANY_ANSWER}, [role="dialog"]:has(${LOGIN_LINK})`,
    },
    dismiss: {
      name: 'close_news_card',
      any: [
        '[role="dialog"] button:has(mat-icon[data-mat-icon-name="close"])',
        'mat-dialog-container button:has(mat-icon[data-mat-icon-name="close"])',
        '[role="dialog"] [data-test-id*="close"], [role="dialog"] [data-test-id*="dismiss"]',
        '[role="dialog"] button[mat-dialog-close]',
      ],
    },
  },
];

/** The outcome of a code of Gemini's own (`BardErrorInfo`, HanaokaYuzu/Gemini-API 2026-04-13). */
export function outcomeOfCode(code: number): Wall['outcome'] {
  if (code === 1037) return 'throttled';
  if (code === 1060) return 'declined';
  return code === 1016 ? 'login_wall' : 'surface_error';
}

/** Codes that mean a failed turn, in `BardErrorInfo` and in the words of the page: "… (1013)". */
export const KNOWN_CODES: ReadonlySet<number> = new Set([1013, 1016, 1037, 1050, 1052, 1060, 1096]);

/** What a failed turn says where it names no code; only short turns that begin so are failures. */
export const FAILED_TURN: readonly { outcome: Wall['outcome']; name: string; text: RegExp }[] = [
  {
    outcome: 'throttled',
    name: 'turn_limit',
    text: /^(?:You['’]ve reached your (?:\S+ ){0,3}limit|Too many requests|You['’]re sending (?:messages|requests) too)/i,
  },
  {
    outcome: 'surface_error',
    name: 'turn_failed',
    text: /^(?:Something went wrong|I encountered an error|Sorry, something went wrong|There was an error)/i,
  },
];

/** Longer turns are answers that speak of errors. */
export const FAILED_TURN_MAX_CHARS = 300;
