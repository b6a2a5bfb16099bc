import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { Markup } from './markup.ts';

/** Width of every chart in its own units; the page scales it. */
export const CHART_WIDTH = 760;
const FONT = 13;

/** What a screen reader says instead of the picture. */
export interface ChartText {
  label: string;
  description: string;
}

/**
 * Observable Plot on a document of its own, as static SVG: no script, no ids, the same bytes for the same options. The
 * look comes from the report's style sheet, so the SVG follows its theme. (A package that draws on any document given,
 * https://observablehq.com/plot/features/plots, read 2026-11-27.)
 */
export function drawn(options: Plot.PlotOptions, { label, description }: ChartText): Markup {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const svg = Plot.plot({
    ...options,
    document: document as unknown as Document,
    width: CHART_WIDTH,
    className: 'plot',
    ariaLabel: label,
    ariaDescription: description,
  });
  svg.querySelector('style')?.remove();
  svg.setAttribute('role', 'img');
  return new Markup(svg.outerHTML);
}

/** Columns that a text takes: East Asian wide characters and emoji take two. */
function columns(text: string): number {
  let total = 0;
  for (const character of text) total += columnsOf(character);
  return total;
}

function columnsOf(character: string): number {
  if (/\p{Mark}/u.test(character)) return 0;
  return /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60\p{Extended_Pictographic}]/u.test(
    character,
  )
    ? 2
    : 1;
}

/** The text, or its beginning with an ellipsis where it takes more than `most` columns. */
export function shortened(text: string, most: number): string {
  if (columns(text) <= most) return text;
  let kept = '';
  let used = 0;
  for (const { segment } of new Intl.Segmenter('und').segment(text)) {
    used += columns(segment);
    if (used > most - 1) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}

/** Margin that holds the longest of the labels. */
export function marginFor(labels: readonly string[]): number {
  const longest = labels.reduce((most, label) => Math.max(most, columns(label)), 0);
  return Math.ceil(longest * FONT * 0.6) + 18;
}

/** Ends of an axis of shares, with the distance of its ticks. */
const AXES: readonly (readonly [end: number, step: number])[] = [
  [0.05, 0.01],
  [0.1, 0.02],
  [0.25, 0.05],
  [0.5, 0.1],
  [1, 0.25],
];

/** Shares from 0 to the next round end above `highest`, as an axis that says percent. */
export function shareAxis(highest = 1): Plot.ScaleOptions {
  const [top, step] = AXES.find(([end]) => highest <= end) ?? [1, 0.25];
  const ticks = Array.from({ length: Math.round(top / step) + 1 }, (_, index) => index * step);
  return {
    domain: [0, top],
    ticks,
    grid: true,
    label: null,
    tickSize: 0,
    tickFormat: (share: number) => `${Number((share * 100).toFixed(1))} %`,
  };
}

/** Each row's note in words, `gap` pixels right of `x`, where the last of the marks may end. */
export function noteMark(rows: readonly { key: string; note: string }[], x: number, gap: number): Plot.Text {
  return Plot.text(rows, {
    ...{ y: 'key', x, dx: gap, textAnchor: 'start', text: 'note', fill: 'currentColor' },
  });
}

/** A scale of rows in the order given; keys may be anything, `labels` is what stands at the axis. */
export function rowAxis(rows: readonly { key: string; label: string }[]): Plot.ScaleOptions {
  const labels = new Map(rows.map(({ key, label }) => [key, label]));
  return {
    type: 'band',
    domain: rows.map(({ key }) => key),
    label: null,
    tickSize: 0,
    tickFormat: (key: string) => labels.get(key) ?? key,
  };
}
