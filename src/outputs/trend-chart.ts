import * as Plot from '@observablehq/plot';
import { type ChartText, drawn, shareAxis } from './chart.ts';
import type { Markup } from './markup.ts';

export interface TrendMark {
  /** Milliseconds since 1970. */
  time: number;
  value: number;
  interval: { low: number; high: number } | null;
  /** What chance alone fills to either side; null: not measured. */
  noise: number | null;
}

/** Most dates that fit below the axis without touching. */
const MOST_TICKS = 8;

/** A line over time, with the 95 % interval of each point and the band that chance alone fills. */
export function trendChart(marks: readonly TrendMark[], text: ChartText): Markup {
  const data = marks.map(({ time, value, interval, noise }) => ({
    ...{ time, value, low: interval?.low, high: interval?.high },
    bandLow: Math.max(0, value - (noise ?? 0)),
    bandHigh: Math.min(1, value + (noise ?? 0)),
  }));
  const banded = data.filter((_, index) => marks[index]?.noise !== null);
  const highest = Math.max(...data.map(({ value, high, bandHigh }) => Math.max(value, high ?? 0, bandHigh)));
  return drawn(
    {
      ...{ height: 260, marginTop: 14, marginBottom: 30, marginLeft: 52, marginRight: 40 },
      x: { type: 'linear', label: null, ticks: ticksOf(data.map(({ time }) => time)), tickFormat: dayText },
      y: shareAxis(highest),
      marks: [
        Plot.areaY(banded, {
          ...{ x: 'time', y1: 'bandLow', y2: 'bandHigh', fill: 'var(--ghost)', fillOpacity: 0.35 },
        }),
        Plot.ruleX(
          data.filter(({ low }) => low !== undefined),
          { x: 'time', y1: 'low', y2: 'high', stroke: 'var(--own)', strokeWidth: 1.5 },
        ),
        Plot.lineY(data, { x: 'time', y: 'value', stroke: 'var(--own)', strokeWidth: 2.5 }),
        Plot.dot(data, { x: 'time', y: 'value', fill: 'var(--own)', stroke: 'var(--paper)', r: 5 }),
      ],
    },
    text,
  );
}

/** At most `MOST_TICKS` of the moments, the first and the last among them. */
function ticksOf(times: readonly number[]): number[] {
  if (times.length <= MOST_TICKS) return [...times];
  const step = (times.length - 1) / (MOST_TICKS - 1);
  return Array.from({ length: MOST_TICKS }, (_, index) => times[Math.round(index * step)] ?? 0);
}

function dayText(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
