import { isSurfaceName, type SurfaceName } from '../contract/surface-name.ts';
import type { Figure } from '../measure/figure.ts';
import type { Interval } from '../measure/wilson.ts';

const SURFACE_TITLES: Readonly<Record<SurfaceName, string>> = {
  chatgpt: 'ChatGPT',
  claude: 'Claude',
  perplexity: 'Perplexity',
  gemini: 'Gemini',
  copilot: 'Copilot',
  google_ai_overview: 'Google AI Overviews',
  google_ai_mode: 'Google AI Mode',
  google_search: 'Google Search',
  google_news: 'Google News',
};

/** What people call a surface. */
export function surfaceTitle(surface: string): string {
  return isSurfaceName(surface) ? SURFACE_TITLES[surface] : surface;
}

/** Below this many observations a rate is only told as "k of n" (specs/analysis.md C.4, minimums). */
const FEWEST_FOR_PERCENT = 10;

/** `44 %`; one decimal below 10 %, where whole points would hide a third of the value. */
export function percent(share: number): string {
  const points = share * 100;
  const decimals = (points > 0 && points < 10) || (points > 99 && points < 100) ? 1 : 0;
  return percentOf(share, decimals);
}

/** A number without needless decimals. */
export function number(value: number, decimals = 2): string {
  return String(Number(value.toFixed(decimals)));
}

/** `1,234`. */
export function count(value: number): string {
  return number(value, 1).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** `4 of 9`, or `9 observations` where nothing was counted. */
function ofHowMany({ k, n }: Pick<Figure, 'k' | 'n'>): string {
  return k === null ? `n = ${count(n)}` : `${count(k)} of ${count(n)}`;
}

/** The figure as it may be said: a percentage, only "k of n" for fewer than ten, or that it was not measured. */
export function headline(figure: Figure): string {
  if (figure.value === null) return 'not measured';
  if (figure.k !== null && figure.n < FEWEST_FOR_PERCENT) return ofHowMany(figure);
  return percent(figure.value);
}

/** What stands beside the headline; empty where the headline says it already. */
export function besideHeadline(figure: Figure): string {
  if (figure.value === null) return figure.reason === null ? '' : reasonWords(figure.reason);
  return figure.k !== null && figure.n < FEWEST_FOR_PERCENT ? '' : ofHowMany(figure);
}

/** `18–70 %`, or that there is none; a decimal where both ends would look almost the same. */
export function range(interval: Interval | null): string {
  if (interval === null) return '–';
  const { low, high } = interval;
  const width = high - low;
  const decimals = width < NARROW / 10 ? 2 : 1;
  if (width < NARROW) return `${number(low * 100, decimals)}–${percentOf(high, decimals)}`;
  return `${percent(low).replace(' %', '')}–${percent(high)}`;
}

/** Below this width whole points would hide the interval. */
const NARROW = 0.03;

function percentOf(share: number, decimals: number): string {
  return `${number(share * 100, decimals)} %`;
}

const REASONS: Readonly<Record<string, string>> = {
  not_measured: 'not measured',
  nothing_eligible: 'no observation counts',
  too_few_prompts: 'too few prompts for an interval',
  too_few_pairs: 'too few pairs for an interval',
  single_prompt: 'one prompt only: no claim about others',
  no_sources: 'no sources shown',
};

export function reasonWords(reason: string): string {
  return REASONS[reason] ?? reason.replaceAll('_', ' ');
}

/** `challenge` → `human check`: outcomes and reasons of exclusion in words. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  answered: 'answered',
  answered_partially: 'answered in part',
  absent: 'no answer shown',
  declined: 'declined',
  challenge: 'human check asked',
  login_wall: 'sign-in demanded',
  throttled: 'throttled',
  surface_error: 'error of the surface',
  timeout: 'timed out',
  navigation_failed: 'page not loaded',
  browser_crashed: 'browser lost',
  extraction_empty: 'answer not readable (our fault)',
  truncated: 'truncated without a mention',
  region_not_honoured: 'shown for another region',
  no_cited_source: 'no source cited',
  both_cite_nothing: 'both cite nothing',
};

export function outcomeWords(outcome: string): string {
  return LEFT_OUT[outcome] ?? outcome.replaceAll('_', ' ');
}

/** `human check asked 2, declined 1`, or `none`. */
export function excludedWords(excluded: Readonly<Record<string, number>>): string {
  const parts = Object.entries(excluded).map(([why, times]) => `${outcomeWords(why)} ${count(times)}`);
  return parts.length === 0 ? 'none' : parts.join(', ');
}

/** `2026-11-27 10:00 UTC`. */
export function moment(iso: string | null): string {
  if (iso === null) return 'unknown';
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(iso) ? `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC` : iso;
}
