import * as Plot from '@observablehq/plot';
import {
  CHART_WIDTH,
  type ChartText,
  drawn,
  marginFor,
  noteMark,
  rowAxis,
  shareAxis,
  shortened,
} from './chart.ts';
import type { Markup } from './markup.ts';
import { count } from './wording.ts';

/** A part of every bar: its colour and the colour of text on it, as CSS. */
export interface Series {
  name: string;
  colour: string;
  on: string;
}

export interface StackedRow {
  label: string;
  /** One count per series. */
  counts: readonly number[];
}

/** Bars of 100 %, one per row, each part with its count where there is room for it. */
export function stackedChart(
  rows: readonly StackedRow[],
  series: readonly Series[],
  text: ChartText,
): Markup {
  const labels = rows.map(({ label }, index) => ({ key: `${index}`, label: shortened(label, 30) }));
  const marginLeft = marginFor(labels.map(({ label }) => label));
  const totals = rows.map(({ counts }, index) => ({
    key: `${index}`,
    note: `n = ${count(counts.reduce((total, own) => total + own, 0))}`,
  }));
  const marginRight = marginFor(totals.map(({ note }) => note)) + 4;
  const width = CHART_WIDTH - marginLeft - marginRight;
  const parts = rows.flatMap((row, index) => partsOf(row, `${index}`, series));
  const readable = parts.filter(({ x1, x2, note }) => (x2 - x1) * width > note.length * 8 + 6);
  return drawn(
    {
      ...{ height: 34 + rows.length * 34, marginTop: 6, marginBottom: 28, marginLeft, marginRight },
      x: shareAxis(),
      y: rowAxis(labels),
      color: { type: 'identity' },
      marks: [
        Plot.barX(parts, {
          y: 'key',
          x1: 'x1',
          x2: 'x2',
          fill: 'colour',
          insetTop: 4,
          insetBottom: 4,
          insetRight: 1,
        }),
        Plot.text(readable, { y: 'key', x: 'middle', text: 'note', fill: 'on' }),
        noteMark(totals, 1, 10),
      ],
    },
    text,
  );
}

function partsOf({ counts }: StackedRow, key: string, series: readonly Series[]) {
  const total = counts.reduce((sum, own) => sum + own, 0);
  let before = 0;
  return series.flatMap(({ colour, on }, index) => {
    const own = counts[index] ?? 0;
    if (own === 0) return [];
    const x1 = before / total;
    before += own;
    const x2 = before / total;
    return [{ key, x1, x2, middle: (x1 + x2) / 2, colour, on, note: count(own) }];
  });
}
