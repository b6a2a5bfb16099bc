import { type CheerioAPI, foldSpace, visibleText } from '../../src/extract/dom.ts';

/**
 * The sentence of an empty listing, as captured (en 2023 → 2026-07, news tab included) or as Google's own pages word it
 * in other languages.
 */
const NO_MATCH =
  /did not match any (?:documents|news|results|articles)|No results (?:containing|found for)|stimmt mit keinen Dokumenten überein|keine mit deiner Suchanfrage|keine Dokumente gefunden|ne correspond à aucun (?:document|résultat)|no (?:obtuvo|produjo) ningún resultado|no coincide con ningún|não (?:encontrou|corresponde a) nenhum|non ha prodotto risultati|に一致する(?:情報|ニュース|記事)は見つかりませんでした|لم (?:تطابق|يطابق|يتطابق).{0,40}(?:مستند|نتائج|أي)|ничего не найдено|не найдено ни одного|geen documenten gevonden|komt niet overeen met/iu;

/** Places where the sentence stands; a result's own snippet is not among them. */
const NOTICE_CSS = '#topstuff, #botstuff, #taw, main, #search';

/** The sentence with which the page says that nothing was found, or undefined. Ask only when no result was read. */
export function emptyNotice($: CheerioAPI): string | undefined {
  for (const place of $(NOTICE_CSS).toArray()) {
    const text = foldSpace(visibleText(place));
    const match = NO_MATCH.exec(text);
    if (match !== null) return text.slice(0, 200);
  }
  // In any other language: the paragraph in the results' place that repeats the query with emphasis (2023 → 2026-07).
  const repeated = $('#topstuff p em, #botstuff p em').first();
  const text = foldSpace(repeated.closest('p').text());
  return repeated.length > 0 && text !== '' ? text.slice(0, 200) : undefined;
}
