import { detect } from 'tinyld';

const LETTERS_NEEDED = 20;
const LETTERS_READ = 2_000;

export interface PageLanguage {
  /** ISO 639-1; null when neither page nor text tells. */
  language: string | null;
  basis: 'html_lang' | 'header' | 'caller' | 'text' | 'unknown';
  /** What the text itself looks like; null below 20 letters. */
  detected: string | null;
}

/** The language of a page: what it declares first, else what its text looks like. */
export function pageLanguage(said: {
  htmlLang: string | null;
  header: string | null;
  caller: string | null;
  text: string;
}): PageLanguage {
  const detected = detectLanguage(said.text);
  const html = primary(said.htmlLang);
  if (html !== null) return { language: html, basis: 'html_lang', detected };
  const header = primary(said.header);
  if (header !== null) return { language: header, basis: 'header', detected };
  if (detected !== null) return { language: detected, basis: 'text', detected };
  const caller = primary(said.caller);
  return { language: caller, basis: caller === null ? 'unknown' : 'caller', detected };
}

/** ISO 639-1 of a text; null for fewer than 20 letters or when nothing fits. */
export function detectLanguage(text: string): string | null {
  const letters = text.slice(0, LETTERS_READ);
  if ((letters.match(/\p{L}/gu)?.length ?? 0) < LETTERS_NEEDED) return null;
  const found = detect(letters);
  return found === '' ? null : found;
}

function primary(tag: string | null): string | null {
  const found = /^\s*([a-z]{2})(?:$|[-_,;\s])/i.exec(tag ?? '')?.[1];
  return found === undefined ? null : found.toLowerCase();
}
