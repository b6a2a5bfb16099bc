import type { PageEndCode } from '../contract/page-outcome.ts';

/** What a fetched or rendered page is told by. */
export interface PageAnswer {
  status: number;
  headers: Readonly<Record<string, string>>;
  html: string;
}

const READ_CHARACTERS = 300_000;
const LOGIN_WORDS = 150;
const FEWEST_LETTERS = 10;

/** Marks of challenge pages (Cloudflare, DataDome, PerimeterX, Imperva, AWS; seen 2026). */
const CHALLENGE =
  /<title>\s*(?:Just a moment\.\.\.|Attention Required!|Verify you are human|Pardon Our Interruption|Access to this page has been denied)|cf-chl-|challenge-platform\/h\/|captcha-delivery\.com|px-captcha|_Incapsula_Resource|awsWafCookieDomainList/i;
const CHALLENGE_WORDS = 200;

/** Why what came is no page to score; null when it is one. */
export function wallOf({ status, headers, html }: PageAnswer): PageEndCode | null {
  const head = html.slice(0, READ_CHARACTERS);
  const text = roughText(head);
  if (headers['cf-mitigated']?.includes('challenge')) return 'challenge';
  // A page about challenges has more text than a challenge.
  if (CHALLENGE.test(head) && wordsOf(text) < CHALLENGE_WORDS) return 'challenge';
  const refused = refusal(status);
  if (refused !== null) return refused;
  if (/<input\b[^<>]{0,400}\btype\s*=\s*["']?password/i.test(head) && wordsOf(text) < LOGIN_WORDS)
    return 'login_page';
  return null;
}

/** True when a document shows next to no text. */
export function isEmptyPage(html: string): boolean {
  const whole = html.slice(0, READ_CHARACTERS * 10);
  return (roughText(whole).match(/[\p{L}\p{N}]/gu)?.length ?? 0) < FEWEST_LETTERS;
}

function refusal(status: number): PageEndCode | null {
  if (status === 200) return null;
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  if (status === 429) return 'throttled';
  if (status === 404 || status === 410) return 'not_found';
  return status >= 500 ? 'server_error' : 'http_error';
}

/** Text of the body, near enough to count words: scripts, styles and tags left out; a shadow root is seen. */
function roughText(html: string): string {
  const body = html.slice(Math.max(0, html.search(/<body[\s>]/i)));
  return body
    .replace(
      /<(script|style|noscript|template(?![^<>]*\sshadowrootmode=)|svg)\b[\s\S]*?(?:<\/\1\s*>|$)/gi,
      ' ',
    )
    .replace(/<!--[\s\S]*?(?:-->|$)/g, ' ')
    .replace(/<title\b[\s\S]*?(?:<\/title>|$)/gi, ' ')
    .replace(/<[^>]*(?:>|$)/g, ' ')
    .replace(/&nbsp;|&#160;/g, ' ');
}

function wordsOf(text: string): number {
  return text.match(/[\p{L}\p{N}]+/gu)?.length ?? 0;
}
