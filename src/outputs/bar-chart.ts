import * as Plot from '@observablehq/plot';
import type { Interval } from '../measure/wilson.ts';
import { type ChartText, drawn, marginFor, noteMark, rowAxis, shareAxis, shortened } from './chart.ts';
import type { Markup } from './markup.ts';

export interface BarRow {
  label: string;
  /** Share, 0 to 1. */
  value: number;
  interval: Interval | null;
  /** A second share, drawn as a dot. */
  second?: number | null;
  note: string;
  colour: 'var(--own)' | 'var(--rival)' | 'var(--other)';
}

/** Horizontal bars of shares, with an interval as a line where there is one. */
export function barChart(rows: readonly BarRow[], text: ChartText): Markup {
  const data = rows.map((row, index) => ({
    ...{
      key: `${index}`,
      label: shortened(row.label, 34),
      value: row.value,
      note: row.note,
      colour: row.colour,
    },
    ...{ low: row.interval?.low, high: row.interval?.high, second: row.second ?? undefined },
  }));
  const highest = data.reduce(
    (most, { value, high, second }) => Math.max(most, value, high ?? 0, second ?? 0),
    0,
  );
  const axis = shareAxis(highest);
  const certain = data.filter(({ low }) => low !== undefined);
  const doubled = data.filter(({ second }) => second !== undefined);
  const end = axis.domain === undefined ? 1 : Number([...axis.domain].at(-1));
  return drawn(
    {
      height: 34 + data.length * 28,
      ...{ marginTop: 6, marginBottom: 28 },
      marginLeft: marginFor(data.map(({ label }) => label)),
      marginRight: marginFor(data.map(({ note }) => note)) + 8,
      x: axis,
      y: rowAxis(data),
      color: { type: 'identity' },
      marks: [
        Plot.barX(data, { y: 'key', x: 'value', fill: 'colour', insetTop: 4, insetBottom: 4 }),
        Plot.ruleY(certain, { y: 'key', x1: 'low', x2: 'high', stroke: 'currentColor', strokeWidth: 1.5 }),
        Plot.dot(doubled, { y: 'key', x: 'second', fill: 'var(--paper)', stroke: 'currentColor', r: 4 }),
        noteMark(data, end, 12),
        Plot.ruleX([0], { stroke: 'currentColor', strokeOpacity: 0.5 }),
      ],
    },
    text,
  );
}
