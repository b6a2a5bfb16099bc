import { GOOGLE_REDACTIONS } from '../google/redaction.ts';

/**
 * What an AI Mode page holds besides: tokens of the session in attributes, addresses and comments (33 times in one page
 * of 2026-06), the account's address in comment payloads, the id of the thread.
 */
export const AI_MODE_REDACTIONS: readonly RegExp[] = [
  ...GOOGLE_REDACTIONS,
  /(?<=\sdata-(?:xsrf-[a-z]+-token|lro-token|lro-signature|garc|elrc|srtst|stkp|mseni|session-thread-id)=")[^"]{8,}(?=")/g,
  /(?<=[?&;](?:amp;)?(?:mstk|mtid|mlros?|garc|elrc|srtst)=)[\w%.~-]{8,}/g,
  /(?<=_xsrf(?::|%3A))[\w%.-]{8,}/gi,
  /\bAKPOr1[\w-]{20,}(?:(?::|%3A)\d{10,})?/g,
  /(?<=&quot;)[\w.+-]+@(?:gmail|googlemail)\.com(?=&quot;)/gi,
];
