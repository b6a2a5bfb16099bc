import * as chrono from 'chrono-node';
import type { PageDate } from '../contract/page-score.ts';
import type { PageModel } from './page-model.ts';

const TRUST: Readonly<Record<PageDate['basis'], PageDate['trust']>> = {
  capture_history: 'high',
  json_ld_modified: 'high',
  meta_modified: 'high',
  json_ld_published: 'medium',
  meta_published: 'medium',
  time_element: 'medium',
  visible_text: 'medium',
  sitemap_lastmod: 'low',
  last_modified_header: 'low',
};

/** Date words of the languages most pages are in: what follows is about the page, not about its subject. */
export const DATE_WORDS =
  /updated|modified|published|posted|reviewed|as of|aktualisiert|stand[:\s]|veröffentlicht|geändert|mis à jour|publié|modifié|actualizado|publicado|atualizado|aggiornat|pubblicat|bijgewerkt|gepubliceerd|обновлен|опубликован|更新|公開|最終|发布|發佈|修改|تحديث|نشر|güncellen|yayın/i;
/** Only the head of the text may hold a date without such a word: the line below the headline. */
const HEAD_CHARACTERS = 400;
const LINE_CHARACTERS = 200;
const MAX_LINES = 40;

const CHRONO_LANGUAGES: Readonly<Record<string, chrono.Chrono>> = {
  ar: chrono.ar.casual,
  de: chrono.de.casual,
  en: chrono.en.casual,
  es: chrono.es.casual,
  fi: chrono.fi.casual,
  fr: chrono.fr.casual,
  it: chrono.it.casual,
  ja: chrono.ja.casual,
  nl: chrono.nl.casual,
  pt: chrono.pt.casual,
  ru: chrono.ru.casual,
  sv: chrono.sv.casual,
  uk: chrono.uk.casual,
  vi: chrono.vi.casual,
  zh: chrono.zh.casual,
};

/** All dates a page gives for itself, each with its basis; the order is that of the bases, most trusted first. */
export function pageDates(page: PageModel): PageDate[] {
  const found: PageDate[] = [];
  const add = (basis: PageDate['basis'], text: unknown, date = isoOf(text)): void => {
    if (typeof text !== 'string' || date === null) return;
    if (found.some((known) => known.basis === basis && known.date === date)) return;
    found.push({ date, basis, trust: TRUST[basis], text: text.slice(0, 120) });
  };
  for (const object of page.head.jsonLd) add('json_ld_modified', object.dateModified);
  add('meta_modified', page.head.modified);
  for (const object of page.head.jsonLd) add('json_ld_published', object.datePublished);
  add('meta_published', page.head.published);
  for (const time of page.main.times.slice(0, 3)) add('time_element', time);
  for (const { date, text } of visibleDates(page)) add('visible_text', text, date);
  add('sitemap_lastmod', page.record.sitemap_lastmod);
  add(
    'last_modified_header',
    page.record.headers['last-modified'],
    httpDate(page.record.headers['last-modified']),
  );
  return found;
}

/** Day or instant of an ISO 8601 text; null for anything else and for days that do not exist. */
function isoOf(text: unknown): string | null {
  if (typeof text !== 'string') return null;
  const match =
    /^\s*(\d{4})-(\d{2})-(\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:Z|[+-]\d{2}:?\d{2})?)?\s*$/i.exec(
      text,
    );
  if (match === null) return null;
  return day(Number(match[1]), Number(match[2]), Number(match[3]));
}

/** `2026-02-03`; null when there is no such day between 1990 and 2100. */
function day(year: number, month: number, date: number): string | null {
  const instant = new Date(Date.UTC(year, month - 1, date));
  const exists = instant.getUTCMonth() === month - 1 && instant.getUTCDate() === date;
  return exists && year >= 1990 && year <= 2100 ? instant.toISOString().slice(0, 10) : null;
}

function httpDate(header: string | undefined): string | null {
  if (header === undefined || !/GMT\s*$/.test(header)) return null;
  const time = Date.parse(header);
  return Number.isNaN(time) ? null : new Date(time).toISOString().slice(0, 10);
}

/** Dates written out near the headline or behind a date word. */
function visibleDates(page: PageModel): { date: string; text: string }[] {
  const lines: string[] = [];
  for (const block of page.main.blocks) {
    const near =
      block.start < HEAD_CHARACTERS && block.kind !== 'heading' && block.text.length <= LINE_CHARACTERS;
    if (near || (block.text.length <= LINE_CHARACTERS && DATE_WORDS.test(block.text))) lines.push(block.text);
  }
  // The line of a date often stands outside what Readability keeps.
  for (const block of page.whole.blocks)
    if (block.text.length <= LINE_CHARACTERS && DATE_WORDS.test(block.text) && !lines.includes(block.text))
      lines.push(block.text);
  return lines.slice(0, MAX_LINES).flatMap((line) => datesIn(line, page));
}

const NUMERIC: readonly [RegExp, (match: RegExpExecArray) => string | null][] = [
  [/\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\b/, (m) => day(Number(m[1]), Number(m[2]), Number(m[3]))],
  [/(\d{4})\s?年\s?(\d{1,2})\s?月\s?(\d{1,2})\s?日/, (m) => day(Number(m[1]), Number(m[2]), Number(m[3]))],
  [/\b(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})\b/, (m) => day(Number(m[3]), Number(m[2]), Number(m[1]))],
];

function datesIn(line: string, page: PageModel): { date: string; text: string }[] {
  for (const [pattern, read] of NUMERIC) {
    const match = pattern.exec(line);
    const date = match === null ? null : read(match);
    if (match !== null && date !== null) return [{ date, text: match[0] }];
  }
  const reader = CHRONO_LANGUAGES[page.language.language ?? 'en'];
  if (reader === undefined) return [];
  // The process's own time zone must not decide: parts are taken as they are written.
  const reference = { instant: new Date(page.record.captured_at), timezone: 'UTC' };
  return reader.parse(line, reference).flatMap(({ start, text }) => {
    // “today” and “three days ago” are mostly about something else.
    if (!/\p{Nd}{4}/u.test(text)) return [];
    if (!start.isCertain('year') || !start.isCertain('month') || !start.isCertain('day')) return [];
    const date = day(start.get('year') ?? 0, start.get('month') ?? 0, start.get('day') ?? 0);
    return date === null ? [] : [{ date, text }];
  });
}
