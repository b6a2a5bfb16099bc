import { detect } from 'tinyld';

/** Below this many letters a guess is worse than none (specs/analysis.md B.5). */
const LETTERS_NEEDED = 20;
const LETTERS_READ = 2_000;

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

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

const shareOf = (text: string, script: RegExp): number => count(text, script) / count(text, /\p{L}/gu);

/** ISO 639-1 of a text whose script is one language's own; null for the others, however short the text. */
export function scriptLanguage(text: string): string | null {
  const own = OWN_SCRIPT.find(
    ([script, language]) => shareOf(text, script) >= (language === 'ja' ? KANA : MOST),
  );
  return own?.[1] ?? null;
}

/** ISO 639-1 of a text; null for fewer than 20 letters or when nothing fits. */
export function detectLanguage(text: string): string | null {
  // Names of code and addresses are no language.
  const read = text.slice(0, LETTERS_READ).replaceAll(/\S*[_/@\\{}()=<>]\S*|\S*\p{Ll}\p{Lu}\S*/gu, ' ');
  if (count(read, /\p{L}/gu) < LETTERS_NEEDED) return null;
  const own = scriptLanguage(read);
  if (own !== null) return own;
  const among = AMONG.find(([script]) => shareOf(read, script) >= MOST)?.[1];
  if (among === undefined) return null;
  const found = detect(read, { only: [...among] });
  return found === '' ? null : found;
}
