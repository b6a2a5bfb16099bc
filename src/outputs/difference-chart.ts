import * as Plot from '@observablehq/plot';
import type { Interval } from '../measure/wilson.ts';
import { type ChartText, drawn, marginFor, noteMark, rowAxis, shortened } from './chart.ts';
import type { Markup } from './markup.ts';

export interface DifferenceRow {
  label: string;
  /** Share after less share before, −1 to 1. */
  value: number;
  interval: Interval | null;
  /** Half width of the band that chance alone fills; null: not measured. */
  noise: number | null;
  note: string;
  own: boolean;
}

/** Dots left and right of no difference, with the interval as a line and the noise as a band. */
export function differenceChart(rows: readonly DifferenceRow[], text: ChartText): Markup {
  const data = rows.map(({ label, value, interval, noise, note, own }, index) => ({
    ...{ key: `${index}`, label: shortened(label, 34), value, note },
    ...{ low: interval?.low, high: interval?.high, bandLow: -(noise ?? 0), bandHigh: noise ?? 0 },
    colour: own ? 'var(--own)' : 'var(--other)',
  }));
  const ends = data.flatMap(({ value, low, high, bandHigh }) => [value, low ?? 0, high ?? 0, bandHigh]);
  const widest = Math.max(...ends.map(Math.abs));
  const end = [0.05, 0.1, 0.25, 0.5, 1].find((own) => widest <= own) ?? 1;
  const points = (share: number): string => `${share > 0 ? '+' : ''}${Number((share * 100).toFixed(1))}`;
  return drawn(
    {
      ...{ height: 40 + data.length * 30, marginTop: 6, marginBottom: 32 },
      marginLeft: marginFor(data.map(({ label }) => label)),
      marginRight: marginFor(data.map(({ note }) => note)) + 8,
      x: {
        ...{ domain: [-end, end], ticks: [-end, -end / 2, 0, end / 2, end], grid: true, tickSize: 0 },
        ...{ label: null, tickFormat: points },
      },
      y: rowAxis(data),
      color: { type: 'identity' },
      marks: [
        Plot.barX(
          data.filter(({ bandHigh }) => bandHigh > 0),
          { y: 'key', x1: 'bandLow', x2: 'bandHigh', fill: 'var(--ghost)', fillOpacity: 0.35, inset: 3 },
        ),
        Plot.ruleX([0], { stroke: 'currentColor' }),
        Plot.ruleY(
          data.filter(({ low }) => low !== undefined),
          { y: 'key', x1: 'low', x2: 'high', stroke: 'colour', strokeWidth: 1.5 },
        ),
        Plot.dot(data, { y: 'key', x: 'value', fill: 'colour', stroke: 'var(--paper)', r: 6 }),
        noteMark(data, end, 12),
      ],
    },
    text,
  );
}
