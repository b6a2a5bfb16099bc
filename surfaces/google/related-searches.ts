import type { Related } from '../../src/contract/envelope.ts';
import { type CheerioAPI, closest, type Element, foldSpace } from '../../src/extract/dom.ts';
import { isShown } from './sight.ts';

/** A question of "People also ask"; the pair carries it as data (google_search.md 4.4; 2023 → 2026-08). */
export const QUESTION_PAIR_CSS = '.related-question-pair[data-q], [data-initq] [data-q]';

/** Questions and searches the page suggests, each once, questions first, in the page's order. */
export function readRelated($: CheerioAPI): Related[] {
  const questions = $(QUESTION_PAIR_CSS)
    .toArray()
    .map((pair) => foldSpace(pair.attribs['data-q'] ?? ''));
  const searches = $('#botstuff a[href], #bres a[href]').toArray();
  const all: Related[] = [
    ...questions.map((text): Related => ({ type: 'question', text })),
    ...[...searches, ...searchesBelowTabs($)]
      .filter((link) => isSuggestion(link))
      .map((link): Related => ({ type: 'search', text: suggestedText($, link) })),
  ];
  const seen = new Set<string>();
  return all.filter(({ type, text }) => {
    const key = `${type} ${text.toLowerCase()}`;
    if (text === '' || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** On pages about one entity the suggestions end the entity's tab (2024-03): a block headed by an `h2` of its own. */
function searchesBelowTabs($: CheerioAPI): Element[] {
  const headed = $('[id^="kp-wp-tab"] [data-abe]').toArray();
  return headed.flatMap((block) => $(block).find('a[href]').toArray());
}

/** A search for other words: not the pager, a vertical, a filter, or a search within one site. */
function isSuggestion(link: Element): boolean {
  const href = link.attribs.href ?? '';
  if (!URL.canParse(href, 'https://www.google.com/')) return false;
  const { pathname, hostname, searchParams } = new URL(href, 'https://www.google.com/');
  if (pathname !== '/search' || hostname !== 'www.google.com') return false;
  if (!searchParams.has('q') || ['start', 'tbm', 'udm', 'tbs', 'aomd'].some((name) => searchParams.has(name)))
    return false;
  if (/(?:^|\s)site:/.test(searchParams.get('q') ?? '') || link.attribs['aria-label'] !== undefined)
    return false;
  return isShown(link) && closest(link, isPager) === undefined;
}

function isPager({ name, attribs }: Element): boolean {
  return name === 'table' || attribs.role === 'navigation' || (name === 'a' && attribs.role === 'button');
}

/** The words as shown; as asked where the shown ones are other words or in another order. */
function suggestedText($: CheerioAPI, link: Element): string {
  const asked = foldSpace(
    new URL(link.attribs.href ?? '', 'https://www.google.com/').searchParams.get('q') ?? '',
  );
  const shown = foldSpace($(link).text());
  return shown.toLowerCase() === asked.toLowerCase() ? shown : asked;
}
