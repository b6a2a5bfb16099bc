import { GOOGLE_REDACTIONS } from '../google/redaction.ts';

/**
 * What must never be stored of a Gemini page: session tokens of the page's own data (`SNlM0e`, `cfb2h`, `FdrFJe`), the
 * session id of its calls, the token that continues a conversation (inner `[25]`), the account's picture (gemini.md d,
 * 2026-08). Only values are replaced, so that JSON stays JSON.
 */
export const REDACT: readonly RegExp[] = [
  ...GOOGLE_REDACTIONS,
  /(?<="(?:SNlM0e|FdrFJe|thykhd|qKIAYe)":")[^"]{6,}(?=")/g,
  /(?<=[?&]f\.sid=)-?\d+/g,
  /(?<=\\")AwAAAA[\w-]{20,}(?=\\")/g,
  /(?<=lh3\.googleusercontent\.com\/a\/)[\w-]{8,}/g,
];
