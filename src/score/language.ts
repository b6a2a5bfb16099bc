import { detectLanguage } from '../extract/text-language.ts';

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

/** Whether two tags mean one language: `nb` and `nn` are written forms of `no`. */
export function sameLanguage(a: string | null, b: string | null): boolean {
  const folded = (tag: string | null): string | null => (tag === 'nb' || tag === 'nn' ? 'no' : tag);
  return folded(a) === folded(b);
}

function primary(tag: string | null): string | null {
  const found = /^\s*([a-z]{2})(?:$|[-_,;\s])/i.exec(tag ?? '')?.[1];
  return found === undefined ? null : found.toLowerCase();
}
