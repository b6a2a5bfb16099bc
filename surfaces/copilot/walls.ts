import type { Interstitial, Wall } from '../../src/contract/surface.ts';
import { AI_MESSAGE, COMPOSER, FINISHED_ANSWER, SIGN_IN_NAG } from './selectors.ts';

const CHAT = [...COMPOSER.any, AI_MESSAGE].join(', ');
const LOGIN_HOSTS = [
  'login.microsoftonline.com',
  'login.live.com',
  'appleid.apple.com',
  'accounts.google.com',
];

/** A link to one of the sign-ins Copilot offers. */
export const LOGIN_LINK = LOGIN_HOSTS.map((host) => `a[href^="https://${host}/"]`).join(', ');
const [MICROSOFT, LIVE, APPLE, GOOGLE] = LOGIN_HOSTS.map((host) => `a[href^="https://${host}/"]`);

/**
 * Pages that end a capture (copilot.md a; seen 2025-12 to 2026-08). A finished answer wins over every text. Detected and
 * reported, never solved or evaded.
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
    name: 'cloudflare_widget',
    outcome: 'challenge',
    selector:
      '#cf-turnstile, #challenge-form, #challenge-running, iframe[src*="challenges.cloudflare.com"], :has(> [name="cf-turnstile-response"]), :has(> [id^="cf-chl-widget-"])',
    unless: CHAT,
  },
  {
    name: 'cloudflare_text',
    outcome: 'challenge',
    text: /Enable JavaScript and cookies to continue|Verifying you are human|Checking if the site connection is secure/i,
    unless: CHAT,
  },
  {
    name: 'm365_copilot',
    outcome: 'surface_error',
    selector:
      '#m365-copilot-app-layout-root, [data-testid="copilot-message-div"], [data-testid="chatQuestion"], [data-testid="m365-chat-llm-web-ui-chat-message"]',
    unless: CHAT,
  },
  {
    name: 'm365_host',
    outcome: 'surface_error',
    url: /^https:\/\/(?:[\w-]+\.)?(?:m365\.cloud\.microsoft|copilot\.cloud\.microsoft|office\.com)\//,
  },
  {
    name: 'login_page',
    outcome: 'login_wall',
    url: /^https:\/\/(?:login\.microsoftonline\.com|login\.live\.com|appleid\.apple\.com|accounts\.google\.com)\//,
  },
  {
    name: 'login_choice',
    outcome: 'login_wall',
    selector: `body:has(${MICROSOFT}, ${LIVE}):has(${APPLE}, ${GOOGLE})`,
    unless: CHAT,
  },
  {
    // The three sign-ins as buttons, whatever the language: short lines that name them, close together.
    name: 'login_buttons',
    outcome: 'login_wall',
    text: /^[^\n]{0,40}\bMicrosoft\b[^\n]{0,40}$(?=[\s\S]{0,200}^[^\n]{0,40}\bApple\b[^\n]{0,40}$)(?=[\s\S]{0,200}^[^\n]{0,40}\bGoogle\b[^\n]{0,40}$)/m,
    unless: CHAT,
  },
  {
    name: 'login_dialog',
    outcome: 'login_wall',
    selector: `[role="dialog"]:has(${LOGIN_LINK})`,
    unless: `[role="dialog"] [data-testid="maybe-later-button"], ${FINISHED_ANSWER}`,
  },
  {
    name: 'onboarding',
    outcome: 'surface_error',
    selector: '[role="dialog"]:has(input:not([type="hidden"]):not([type="checkbox"]):not([type="search"]))',
    unless: FINISHED_ANSWER,
  },
  {
    name: 'region_text',
    outcome: 'declined',
    text: /^[^\n]{0,60}Copilot[^\n]{0,40}(?:isn['’]t|is not)[^\n]{0,20} available in your (?:country|region)/im,
    unless: FINISHED_ANSWER,
  },
  {
    name: 'limit_text',
    outcome: 'throttled',
    text: /^\W*(?:You['’]ve (?:reached|hit) (?:your|the|today['’]s) [^\n]{0,40}limit|Too many requests)/im,
    unless: FINISHED_ANSWER,
  },
];

/**
 * Marks that count only once no answer came: beside a chat they may belong to a check that passes by itself (Turnstile
 * after sending) or to a tool's own frame (`copilot.fun`: seen instead of the answer in suspicious sessions, 2026-05).
 */
export const LATE_WALLS: readonly Wall[] = [
  {
    name: 'turnstile',
    outcome: 'challenge',
    selector:
      '#cf-turnstile, iframe[src*="challenges.cloudflare.com"], :has(> [name="cf-turnstile-response"]), :has(> [id^="cf-chl-widget-"])',
  },
  { name: 'sandboxed_answer', outcome: 'challenge', selector: 'iframe[src*="copilot.fun"]' },
  { name: 'login_link', outcome: 'login_wall', selector: LOGIN_LINK, unless: CHAT },
];

/** Dialogs with an honest way out (copilot.md a, seen 2026-07). Labels are localised, so structure comes first. */
export const INTERSTITIALS: readonly Interstitial[] = [
  {
    name: 'cookie_consent',
    when: {
      name: 'consent_banner',
      selector:
        '#onetrust-reject-all-handler, #onetrust-accept-btn-handler, .bnp_btn_reject, .bnp_btn_accept',
    },
    dismiss: {
      name: 'reject_cookies',
      any: [
        '#onetrust-reject-all-handler',
        '.bnp_btn_reject',
        '#onetrust-accept-btn-handler',
        '.bnp_btn_accept',
      ],
    },
  },
  {
    name: 'sign_in_nag',
    when: { name: 'sign_in_nag_open', selector: SIGN_IN_NAG },
    dismiss: {
      name: 'maybe_later',
      any: [
        `${SIGN_IN_NAG} button[data-testid="maybe-later-button"]`,
        '[data-testid="maybe-later-button"]',
        'button[aria-label="Dismiss"]',
      ],
    },
  },
  {
    name: 'sign_in_dialog',
    when: { name: 'sign_in_dialog_open', selector: '[role="dialog"] [data-testid="maybe-later-button"]' },
    dismiss: { name: 'maybe_later_dialog', any: ['[role="dialog"] [data-testid="maybe-later-button"]'] },
  },
  {
    name: 'onboarding',
    when: {
      name: 'onboarding_open',
      selector: '[role="dialog"] button',
      text: /^\W*(?:Get started|Next|Skip)\W*$/im,
      unless: `[role="dialog"] input, [role="dialog"] [data-testid="maybe-later-button"]`,
    },
    dismiss: {
      name: 'onboarding_next',
      any: [
        '[role="dialog"] button[data-testid*="skip" i]',
        '[role="dialog"] button[data-testid*="get-started" i], [role="dialog"] button[data-testid*="next" i]',
        '[role="dialog"] button[aria-label="Close"], [role="dialog"] button[aria-label="Dismiss"]',
        '[role="dialog"] button:only-of-type',
      ],
    },
  },
];

/** What an answer says instead of one; only short ones that begin so are failures. */
export const FAILED_TURN: readonly { outcome: 'surface_error' | 'throttled'; name: string; text: RegExp }[] =
  [
    {
      outcome: 'throttled',
      name: 'turn_limit',
      text: /^(?:You['’]ve (?:reached|hit) (?:your|the|today['’]s) [^\n]{0,40}limit|Too many requests)/i,
    },
    {
      outcome: 'surface_error',
      name: 'turn_failed',
      text: /^(?:Something went wrong|Oops|There was an error|I['’]m having trouble (?:connecting|responding)|Network error)/i,
    },
  ];

/** Longer turns are answers that speak of errors. */
export const FAILED_TURN_MAX_CHARS = 200;
