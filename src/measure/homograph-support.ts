import { type FoldedText, fold } from './fold.ts';
import { needsContext } from './homographs.ts';
import type { PlacedHits } from './resolve-hits.ts';
import { hasCase, isCaselessLanguage } from './scripts.ts';
import {
  endsLongerName,
  isSentenceInitial,
  isShouted,
  isTitleCase,
  sentenceAround,
  startsWithCapital,
} from './sentence-place.ts';
import type { Hit } from './term-scan.ts';

/** What stands around the homographs of an answer. */
export interface Surroundings {
  text: string;
  folded: FoldedText;
  language: string;
  /** Registrable domains, and hosts, of the answer's cited sources. */
  citedDomains: ReadonlySet<string>;
  /** Brands to which one of them belongs. */
  citedBrands: ReadonlySet<string>;
  /** Names of brands found beyond doubt. */
  sure: PlacedHits;
  /** Products found at the edges of words. */
  products: PlacedHits;
}

/** Names looked at on either side of a homograph. */
const MOST_NEAR = 16;
/** Characters between a homograph and the word that supports it. */
const NEAR = 50;
/** Every noun has a capital. */
const CAPITAL_NOUNS: ReadonlySet<string> = new Set(['de', 'lb']);

const APOSTROPHE_NAMES: ReadonlySet<string> = new Set(['tr', 'az']);

/** Whether something in the answer says that a homograph is the brand (C.2.6). */
export function isSupported(hit: Hit, around: Surroundings): boolean {
  const term = hit.term;
  if (term === null) return false;
  if (hasContextWord(hit, around)) return true;
  if (needsContext(term.text)) return false;
  if (hasProductNear(hit, around) || isCoListed(hit, around) || isCalledCompany(hit, around)) return true;
  const written = around.text.slice(hit.start, hit.end);
  const lowered = startsWithCapital(term.text) && !startsWithCapital(written);
  if (!lowered && hasDomainCited(hit, around)) return true;
  return term.minContext.length === 0 && isWrittenAsName(hit, term.text, written, around);
}

/** What makes a company of the name before it: legal forms and the word for company. */
const COMPANY_AFTER =
  /^,? ?(?:(?:Inc|Corp|Ltd|LLC|GmbH|AG|SE|plc|PLC|S\.A|SpA|B\.V|Oyj?|AB|A\/S|Zrt|Kft|A\.Ş)(?![\p{L}\p{N}])|社|公司|集团|集團|グループ|그룹)/u;
/** The same before it. */
const COMPANY_BEFORE =
  /(?:株式会社|（株）|㈜|(?:^|\P{L})(?:شركة|חברת|компани[яиюей]+|фирм[аыуе]|ООО|АО|บริษัท|कंपनी)\s[«"“]?|บริษัท)$/u;

/** The shortest of contexts: the answer itself calls it a company. */
function isCalledCompany({ start, end }: Hit, { text }: Surroundings): boolean {
  return (
    COMPANY_AFTER.test(text.slice(end, end + 12)) ||
    COMPANY_BEFORE.test(text.slice(Math.max(0, start - 16), start))
  );
}

/** Capitals that the place in the sentence does not explain. */
function isWrittenAsName(hit: Hit, term: string, written: string, around: Surroundings): boolean {
  if (!hasCase(term)) return false;
  const { text } = around;
  const inner = /\p{Lu}/u.test([...term].slice(1).join('')) && !/\s/.test(term);
  if (inner && written === term) return !isShouted(text, hit.start, hit.end);
  if (CAPITAL_NOUNS.has(around.language) || !startsWithCapital(written) || isAllCapitals(written, term))
    return false;
  if (isCaselessLanguage(around.language)) return true;
  // Turkish spelling sets an apostrophe before the ending of proper names only.
  if (APOSTROPHE_NAMES.has(around.language) && /^['’]\p{Ll}/u.test(text.slice(hit.end, hit.end + 2)))
    return true;
  const explained = isSentenceInitial(text, hit.start) || endsLongerName(text, hit.start);
  return !explained && !isTitleCase(text, hit.start, hit.end);
}

function isAllCapitals(written: string, term: string): boolean {
  return written === written.toUpperCase() && written !== term;
}

function hasDomainCited({ brand }: Hit, { citedDomains, citedBrands }: Surroundings): boolean {
  if (citedBrands.has(brand.id)) return true;
  return brand.domains.some((domain) => citedDomains.has(domain.toLowerCase().replace(/^www\./, '')));
}

function hasProductNear(hit: Hit, { products }: Surroundings): boolean {
  return products
    .near(hit.begin, MOST_NEAR)
    .some(
      (product) =>
        product.brand === hit.brand &&
        product.term !== hit.term &&
        product.start - hit.end <= NEAR &&
        hit.start - product.end <= NEAR,
    );
}

/** A context word may take an ending of up to this many letters. */
const MOST_ENDING = 4;

function hasContextWord(hit: Hit, { folded }: Surroundings): boolean {
  const words = hit.term?.minContext ?? [];
  if (words.length === 0) return false;
  const before = folded.text.slice(Math.max(0, hit.begin - NEAR), hit.begin);
  const after = folded.text.slice(hit.stop, hit.stop + NEAR);
  return words.some((word) => [before, after].some((side) => containsWord(side, fold(word).text.trim())));
}

function containsWord(text: string, word: string): boolean {
  const spaceless = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u.test(
    word,
  );
  for (let at = text.indexOf(word); at >= 0 && word !== ''; at = text.indexOf(word, at + 1)) {
    if (spaceless) return true;
    const ending = /^[\p{L}\p{M}\p{N}]*/u.exec(text.slice(at + word.length))?.[0] ?? '';
    if (!/[\p{L}\p{M}\p{N}]$/u.test(text.slice(0, at)) && ending.length <= MOST_ENDING) return true;
  }
  return false;
}

const JOINER =
  /[,،、;/|&+()\t]|(?<![\p{L}\p{M}])(?:and|or|vs\.?|versus|und|oder|et|ou|y|o|e|ve|veya|и|или|і|або|και|ή|i|lub|oraz|a|nebo|és|vagy|ja|tai|och|eller|og|en|of|או|أو|और|या|及び)(?![\p{L}\p{M}])|[和与與及或跟や]|[とわ](?=\P{L}|[\p{Script=Katakana}\p{Script=Han}]|$)|และ|หรือ|(?<=^|\p{L})(?:와|과|랑|이랑|하고)(?=\s)/giu;
/** Between Arabic and Hebrew names the “and” is written on the next one. */
const ATTACHED_AND = /(?:^|\s)[وו]$/u;
const MOST_GAP = 60;
const MOST_WORDS_OF_AN_ITEM = 3;

/** Whether a name beyond doubt of another brand stands in the same enumeration, table row or list. */
function isCoListed(hit: Hit, around: Surroundings): boolean {
  return around.sure
    .near(hit.begin, MOST_NEAR)
    .some(
      (other) =>
        other.brand !== hit.brand &&
        !isLoweredBeside(hit, other, around) &&
        (isEnumerated(hit, other, around.text) || areListHeads(hit, other, around.text)),
    );
}

/** An `orange` in small letters beside names with capitals is the word. */
function isLoweredBeside(hit: Hit, other: Hit, { text }: Surroundings): boolean {
  const lowered = ({ start, end, term }: Hit): boolean =>
    startsWithCapital(term?.text ?? '') && !startsWithCapital(text.slice(start, end));
  return lowered(hit) && !lowered(other);
}

/** A noun that may follow a name in scripts without spaces: `美的空调和格力空调`. */
const SHORT_NOUN = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Thai}]{1,2}$/u;

/** `Visa, Mastercard or Amex`: only joiners and short items between, and a joiner directly beside the homograph. */
function isEnumerated(hit: Hit, other: Hit, text: string): boolean {
  const isFirst = hit.end <= other.start;
  const [first, second] = isFirst ? [hit, other] : [other, hit];
  const between = text.slice(first.end, second.start);
  const gap = first.inflected ? between.replace(/^[\p{L}\p{M}]+/u, '') : between;
  const sentence = gap.replace(/\bvs\./gi, 'vs');
  if (gap.length > MOST_GAP || gap === '' || /[\n.!?。！？](?:\s|$)/u.test(sentence)) return false;
  const pieces = gap
    .replace(ATTACHED_AND, ',')
    .split(JOINER)
    .map((piece) => piece.replace(/["'“”„«»「」*_]/gu, ' ').trim());
  if (pieces.length < 2) return false;
  const beside = (isFirst ? pieces[0] : pieces.at(-1)) ?? '';
  if (beside !== '' && !(isFirst && SHORT_NOUN.test(beside))) return false;
  return pieces.every((piece) => piece.split(/\s+/).length <= MOST_WORDS_OF_AN_ITEM && piece.length <= 30);
}

const LIST_MARK = /^[\s|]*(?:[-*•·▪◦–—]|\d{1,2}[.)、]|#{1,6})?[\s*_"“„«|]*$/u;
const MARKED = /^\s*(?:[-*•·▪◦–—|]|\d{1,2}[.)、]|\*\*)/u;
/** Characters of indentation and marks before the head of an item. */
const MOST_INDENT = 40;
const MOST_LIST_GAP = 4_000;
/** Lines between two heads of one list. */
const MOST_LINES_APART = 6;

/** Both begin an item of the same list: `1. Apple …` under `2. Samsung …`. */
function areListHeads(hit: Hit, other: Hit, text: string): boolean {
  const [first, second] = hit.start < other.start ? [hit, other] : [other, hit];
  if (second.start - first.end > MOST_LIST_GAP) return false;
  const between = text.slice(first.end, second.start);
  const lines = between.split('\n').length - 1;
  return lines >= 1 && lines <= MOST_LINES_APART && isListHead(first, text) && isListHead(second, text);
}

function isListHead(hit: Hit, text: string): boolean {
  const near = text.slice(Math.max(0, hit.start - MOST_INDENT), hit.start);
  const lineStart = hit.start - near.length + near.lastIndexOf('\n') + 1;
  if (lineStart > 0 && text[lineStart - 1] !== '\n') return false;
  if (!LIST_MARK.test(text.slice(lineStart, hit.start))) return false;
  if (MARKED.test(text.slice(lineStart, hit.end))) return true;
  const [, sentenceEnd] = sentenceAround(text, hit.start, hit.end);
  const rest = text.slice(hit.end, sentenceEnd).trim();
  // Without a mark only what ends or explains itself is an item: “Apple”, “Apple: …”, “Apple – …”.
  return rest === '' || /^[-–—(:：|]/u.test(text.slice(hit.end).trimStart());
}
