import * as Plot from '@observablehq/plot';
import { type ChartText, drawn } from './chart.ts';
import type { Markup } from './markup.ts';

/** Upright bars of counts in the order given. */
export function columnChart(columns: readonly { label: string; count: number }[], text: ChartText): Markup {
  const highest = columns.reduce((most, { count }) => Math.max(most, count), 1);
  return drawn(
    {
      ...{ height: 220, marginTop: 20, marginBottom: 30, marginLeft: 20, marginRight: 20 },
      x: { type: 'band', domain: columns.map(({ label }) => label), label: null, tickSize: 0 },
      y: { domain: [0, highest], axis: null },
      marks: [
        Plot.barY(columns, { x: 'label', y: 'count', fill: 'var(--own)', insetLeft: 6, insetRight: 6 }),
        Plot.text(columns, { x: 'label', y: 'count', text: 'count', dy: -9, fill: 'currentColor' }),
        Plot.ruleY([0], { stroke: 'currentColor', strokeOpacity: 0.5 }),
      ],
    },
    text,
  );
}
