import { countWords, type Sentence } from '../extract/words.ts';
import { type Finding, share } from './factor.ts';
import { figuresOf, hasFigure } from './figures.ts';
import { DATE_WORDS } from './page-dates.ts';
import type { PageModel } from './page-model.ts';
import { absolute, siteOf } from './site.ts';

const FIGURES_PER_100 = 3;
const SOURCES_WANTED = 3;
const QUOTED = /["“„«「『]([^"”“»」』\n]{15,400})["”“»」』]/gu;
const ATTRIBUTION =
  /\b(?:said|says|wrote|writes|told|explains?|according to|sagte?|laut|erklärte?|dit|selon|déclare|explique|dijo|según|afirma|disse|secondo|segundo|afferma|zei|volgens)\b|сказал|по словам|と述べ|によると|と語|表示|指出|据|說|说|وفقا|قال|بحسب/iu;
/** “Updated 3 March 2026” claims nothing. */
const DATE_LINE = 80;
const ATTRIBUTION_REACH = 80;

/** F5. */
export function statisticsDensity(page: PageModel): Finding {
  const figures = page.main.blocks.reduce((sum, { text }) => sum + figuresOf(text).length, 0);
  const { words } = page.main;
  const per100 = words === 0 ? 0 : (100 * figures) / words;
  return {
    id: 'F5',
    value: words === 0 ? null : share(per100 / FIGURES_PER_100),
    measured: { figures, words, per_100_words: Math.round(per100 * 100) / 100 },
    why: `${figures} checkable figures (unit, percent, currency or year) in ${words} words; 3 per 100 are full marks.`,
  };
}

/** Other sites the main text links to. */
export function sourcesOf(page: PageModel): string[] {
  const own = page.url === null ? null : siteOf(page.url);
  const sites = new Set<string>();
  for (const { links } of page.main.blocks)
    for (const { href } of links) {
      // Without the page's own address only absolute links can be told from its own.
      if (absolute(href, page.url) === null) continue;
      const site = siteOf(href, page.url);
      if (site !== null && site !== own) sites.add(site);
    }
  return [...sites].sort();
}

/** Quotations with somebody to whom they are owed. */
function attributedQuotes(page: PageModel): number {
  let quotes = new Set(page.main.blocks.filter(({ kind }) => kind === 'quote').map(({ start }) => start))
    .size;
  for (const { kind, text } of page.main.blocks) {
    if (kind === 'quote' || kind === 'heading') continue;
    for (const match of text.matchAll(QUOTED)) {
      if (countWords(match[1] ?? '') < 4) continue;
      const end = match.index + match[0].length;
      const around = `${text.slice(Math.max(0, match.index - ATTRIBUTION_REACH), match.index)} ${text.slice(end, end + ATTRIBUTION_REACH)}`;
      if (ATTRIBUTION.test(around)) quotes++;
    }
  }
  return quotes;
}

/** Sentences that state a figure and link to no source, in order. */
export function unsourcedClaims(page: PageModel): Sentence[] {
  const links = page.main.blocks
    .flatMap((block) => block.links.map(({ start }) => start))
    .sort((a, b) => a - b);
  const linked = ({ start, end }: Sentence): boolean => links.some((at) => at >= start && at < end);
  const found: Sentence[] = [];
  for (const sentence of page.sentences) {
    if (found.length >= 20) break;
    const { text } = sentence;
    const dateLine = text.length < DATE_LINE && DATE_WORDS.test(text);
    if (!dateLine && countWords(text) >= 5 && hasFigure(text) && !linked(sentence)) found.push(sentence);
  }
  return found;
}

/** F6. */
export function sourcesAndQuotes(page: PageModel): Finding {
  const sources = sourcesOf(page);
  const quotes = attributedQuotes(page);
  const value = 0.7 * Math.min(1, sources.length / SOURCES_WANTED) + 0.3 * Math.min(1, quotes);
  return {
    id: 'F6',
    value: page.main.words === 0 ? null : share(value),
    measured: { source_sites: sources.length, attributed_quotes: quotes },
    why: `The text links to ${sources.length} other sites (3 are full marks) and holds ${quotes} attributed quotations.`,
  };
}
