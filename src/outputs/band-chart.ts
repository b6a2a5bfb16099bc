import * as Plot from '@observablehq/plot';
import { type ChartText, drawn, shareAxis } from './chart.ts';
import type { Markup } from './markup.ts';

/** One share with the band that chance alone fills. */
export function bandChart(
  { value, band, note }: { value: number; band: number; note: string },
  text: ChartText,
): Markup {
  const data = [{ value, low: Math.max(0, value - band), high: Math.min(1, value + band), note }];
  return drawn(
    {
      ...{ height: 84, marginTop: 30, marginBottom: 28, marginLeft: 20, marginRight: 24 },
      x: shareAxis(),
      marks: [
        Plot.barX(data, { x1: 'low', x2: 'high', fill: 'var(--ghost)', fillOpacity: 0.45 }),
        Plot.ruleX(data, { x: 'value', stroke: 'var(--own)', strokeWidth: 3 }),
        Plot.text(data, {
          x: 'value',
          text: 'note',
          frameAnchor: 'top',
          dy: -14,
          fill: 'currentColor',
          textAnchor: value > 0.8 ? 'end' : value < 0.2 ? 'start' : 'middle',
        }),
      ],
    },
    text,
  );
}
