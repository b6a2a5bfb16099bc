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

/** Scripts that one widely written language has to itself. */
const OWN_SCRIPT: readonly (readonly [RegExp, string])[] = [
  [/\p{Script=Hangul}/gu, 'ko'],
  [/[\p{Script=Hiragana}\p{Script=Katakana}]/gu, 'ja'],
  [/\p{Script=Han}/gu, 'zh'],
  [/\p{Script=Thai}/gu, 'th'],
  [/\p{Script=Greek}/gu, 'el'],
  [/\p{Script=Hebrew}/gu, 'he'],
  [/\p{Script=Devanagari}/gu, 'hi'],
  [/\p{Script=Bengali}/gu, 'bn'],
  [/\p{Script=Tamil}/gu, 'ta'],
  [/\p{Script=Telugu}/gu, 'te'],
  [/\p{Script=Armenian}/gu, 'hy'],
  [/\p{Script=Khmer}/gu, 'km'],
];
/** Languages to choose among per script; tinyld 1.3.4 takes technical English for Berber or Hindi when it may. */
const AMONG: readonly (readonly [RegExp, readonly string[]])[] = [
  [/\p{Script=Cyrillic}/gu, ['ru', 'uk', 'bg', 'be', 'mk', 'sr', 'kk', 'mn', 'tt']],
  [/\p{Script=Arabic}/gu, ['ar', 'fa', 'ur']],
  [
    /\p{Script=Latin}/gu,
    'en fr de es pt it nl pl cs sk da sv fi no is hu ro lt et lv tr id vi tl af'.split(' '),
  ],
];
const MOST = 0.5;
/** Japanese is written with Han as well; a tenth of kana tells it from Chinese. */
const KANA = 0.1;

/** ISO 639-1 of a text; null for fewer than 20 letters or when nothing fits. */
export function detectLanguage(text: string): string | null {
  // Names of code and addresses are no language.
  const read = text.slice(0, LETTERS_READ).replaceAll(/\S*[_/@\\{}()=<>]\S*|\S*\p{Ll}\p{Lu}\S*/gu, ' ');
  const letters = read.match(/\p{L}/gu)?.length ?? 0;
  if (letters < LETTERS_NEEDED) return null;
  const shareOf = (script: RegExp): number => (read.match(script)?.length ?? 0) / letters;
  for (const [script, language] of OWN_SCRIPT)
    if (shareOf(script) >= (language === 'ja' ? KANA : MOST)) return language;
  const among = AMONG.find(([script]) => shareOf(script) >= MOST)?.[1];
  if (among === undefined) return null;
  const found = detect(read, { only: [...among] });
  return found === '' ? null : found;
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
