import type { PageScore } from '../contract/page-score.ts';
import type { PageModel } from './page-model.ts';

const LIMIT = 0.04;
const PENALTY = 5;
/** In a short text every subject is above 4 %. */
const FEWEST_WORDS = 200;

/** A content word that makes up more than 4 % of all words; null for unspaced scripts, whose pairs are no words. */
export function stuffingOf(page: PageModel): PageScore['stuffing'] {
  if (page.main.words < FEWEST_WORDS) return null;
  const counts = new Map<string, number>();
  const prose = page.main.blocks.flatMap(({ kind, text }) => (kind === 'code' ? [] : [text])).join('\n');
  for (const term of page.terms.terms(prose))
    if (
      /^[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Devanagari}\p{Script=Hangul}]{3,}/u.test(
        term,
      )
    )
      counts.set(term, (counts.get(term) ?? 0) + 1);
  let most: [string, number] | undefined;
  for (const entry of counts) if (most === undefined || entry[1] > most[1]) most = entry;
  if (most === undefined) return null;
  const share = most[1] / page.main.words;
  if (share <= LIMIT) return null;
  return { term: page.terms.spoken(most[0]), share: Math.round(share * 10_000) / 10_000, penalty: PENALTY };
}
