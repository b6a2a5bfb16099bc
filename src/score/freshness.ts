import {
  bandOf,
  type Freshness,
  type PageDate,
  type PageKind,
  type ScoreOptions,
} from '../contract/page-score.ts';
import { pageDates } from './page-dates.ts';
import type { PageModel } from './page-model.ts';
import { simhashDistance } from './simhash.ts';

const DAY = 86_400_000;
/** Days in which the worth of a page of a kind halves; judgement, stated in every result (specs/analysis.md B.3). */
const HALF_LIFE: Readonly<Record<PageKind, number>> = {
  news: 7,
  price: 180,
  comparison: 180,
  software: 180,
  how_to: 365,
  reference: 730,
};
/** Two dates of one event may differ by time zones. */
const SAME_DAYS = 2;
const UNCHANGED_BITS = 3;

/** How long ago the page last changed, by the dates it gives and the captures there were; `now` in epoch milliseconds. */
export function freshnessOf(page: PageModel, textHash: string | null, options: ScoreOptions): Freshness {
  const { kind, reason } = kindOf(page);
  const notes: string[] = [];
  const conflicts: string[] = [];
  const dates = pageDates(page);
  const future = dates.filter(({ date }) => Date.parse(date) > options.now + DAY);
  for (const { date, basis } of future) conflicts.push(`${basis} lies in the future: ${date}`);
  const past = dates.filter((date) => !future.includes(date));
  conflicts.push(...conflictsOf(past));
  const trusted = trustedDates(past, page, textHash, options, notes);
  const last =
    trusted
      .map(({ date }) => date)
      .sort()
      .at(-1) ?? null;
  const base = { dates, conflicts, kind, kind_reason: reason, half_life_days: HALF_LIFE[kind], notes };
  if (last === null) return { ...base, score: null, band: null, last_change: null, age_days: null };
  const age = Math.max(0, (options.now - Date.parse(last)) / DAY);
  const score = Math.round(100 * 2 ** (-age / HALF_LIFE[kind]));
  return { ...base, score, band: bandOf(score), last_change: last, age_days: Math.floor(age) };
}

/** The dates that count: the most trusted there are, without those our own captures disprove. */
function trustedDates(
  dates: readonly PageDate[],
  page: PageModel,
  textHash: string | null,
  options: ScoreOptions,
  notes: string[],
): PageDate[] {
  let counted = dates.filter(({ trust }) => trust !== 'low');
  if (counted.length === 0 && dates.length > 0) {
    counted = [...dates];
    notes.push(
      'Only the server names a date (sitemap or Last-Modified); such dates often change without the text.',
    );
  }
  const { earlier } = options;
  if (earlier === undefined || textHash === null) return counted;
  const seen = earlier.captured_at.slice(0, 10);
  if (simhashDistance(earlier.text_simhash, textHash) > UNCHANGED_BITS) {
    notes.push(`Our own captures saw the text change between ${seen} and this one.`);
    const text = `text differs from the capture of ${seen}`;
    const date = page.record.captured_at.slice(0, 10);
    return [...counted, { date, basis: 'capture_history', trust: 'high', text }];
  }
  const kept = counted.filter(({ date }) => date <= seen);
  if (kept.length < counted.length)
    notes.push(`Date changed, text did not: it is that of the capture of ${seen}.`);
  // What was known then still holds; without it a page would lose its age by losing its date.
  const { last_change: then = null } = earlier;
  if (then === null) return kept;
  const text = `last change known at the capture of ${seen}`;
  return [...kept, { date: then, basis: 'capture_history', trust: 'high', text }];
}

function conflictsOf(dates: readonly PageDate[]): string[] {
  const of = (pattern: RegExp): PageDate[] => dates.filter(({ basis }) => pattern.test(basis));
  const modified = of(/_modified$/).filter(({ trust }) => trust === 'high');
  const published = of(/_published$/);
  const found: string[] = [];
  for (const first of modified.slice(0, 1))
    for (const other of modified.slice(1))
      if (apart(first, other))
        found.push(`${first.basis} ${first.date} against ${other.basis} ${other.date}`);
  const stated = [...modified, ...published];
  for (const visible of of(/visible_text/))
    if (stated.length > 0 && stated.every((date) => apart(date, visible)))
      found.push(
        `visible date ${visible.date} against ${stated.map(({ basis, date }) => `${basis} ${date}`).join(', ')}`,
      );
  const newest = modified
    .map(({ date }) => date)
    .sort()
    .at(-1);
  for (const first of published)
    if (
      newest !== undefined &&
      first.date > newest &&
      Date.parse(first.date) - Date.parse(newest) > SAME_DAYS * DAY
    )
      found.push(`published ${first.date} after it was last modified ${newest}`);
  return found.slice(0, 10);
}

function apart(a: PageDate, b: PageDate): boolean {
  return Math.abs(Date.parse(a.date) - Date.parse(b.date)) > SAME_DAYS * DAY;
}

const BY_TYPE: readonly [RegExp, PageKind][] = [
  [/^(?:News|ReportageNews|LiveBlog)/, 'news'],
  [/^HowTo$|^Recipe$/, 'how_to'],
  [/^(?:SoftwareApplication|WebApplication|MobileApplication)$/, 'software'],
  [/^(?:Product|Offer|AggregateOffer)$/, 'price'],
];

const BY_WORDS: readonly [RegExp, PageKind][] = [
  [
    /\bvs\.?\b|\bversus\b|\bcompar(?:e|ed|ison)|\bbest\b|\balternatives?\b|vergleich|\bbeste[nr]?\b|comparati|meilleur|mejor|migliori|比較|比较|おすすめ|مقارنة|сравнени/i,
    'comparison',
  ],
  [
    /\bpric(?:e|es|ing)\b|\bcosts?\b|\bpreise?\b|\bkosten\b|\bprix\b|\btarifs?\b|precios?|prezzi|料金|価格|价格|أسعار|цены/i,
    'price',
  ],
  [/\bchangelog\b|\brelease notes\b|\bdocs?\b|\bsdk\b|\bapi\b/i, 'software'],
  [
    /\bhow to\b|\bguide\b|\btutorial\b|\banleitung\b|\bcomment\b|\bcómo\b|\bcome fare\b|方法|やり方|如何|كيف|\bкак\b/i,
    'how_to',
  ],
];

/** What kind of page it is and by which rule. */
export function kindOf(page: PageModel): { kind: PageKind; reason: string } {
  for (const object of page.head.jsonLd)
    for (const type of [object['@type']].flat())
      for (const [pattern, kind] of BY_TYPE)
        if (typeof type === 'string' && pattern.test(type))
          return { kind, reason: `schema.org type ${type}` };
  const path = page.url !== null && URL.canParse(page.url) ? new URL(page.url).pathname : '';
  if (/\/(?:news|nachrichten|actualites|noticias|aktuelles)\//i.test(path))
    return { kind: 'news', reason: 'address' };
  const words = `${page.head.title ?? ''} ${page.head.h1[0] ?? ''} ${path.replaceAll(/[-_/]/g, ' ')}`.slice(
    0,
    500,
  );
  for (const [pattern, kind] of BY_WORDS) {
    const match = pattern.exec(words);
    if (match !== null) return { kind, reason: `“${match[0]}” in title, heading or address` };
  }
  return { kind: 'reference', reason: 'no rule for another kind applies' };
}
