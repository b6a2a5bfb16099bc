import * as Plot from '@observablehq/plot';
import type { Figure } from '../measure/figure.ts';
import { type ChartText, drawn, marginFor, noteMark, rowAxis, shareAxis, shortened } from './chart.ts';
import type { Markup } from './markup.ts';
import { besideHeadline, headline } from './wording.ts';

export interface IntervalRow {
  label: string;
  figure: Figure;
  /** Drawn in the own brand's colour. */
  own: boolean;
}

/** A dot per row on an axis from 0 to 100 %, with the wide interval as a line and the narrow one as a bar. */
export function intervalChart(rows: readonly IntervalRow[], text: ChartText): Markup {
  const data = rows.map(({ label, figure, own }, index) => ({
    ...{ key: `${index}`, label: shortened(label, 30), value: figure.value },
    ...{ theseLow: figure.ciThese?.low, theseHigh: figure.ciThese?.high },
    ...{ wideLow: figure.ciCategory?.low, wideHigh: figure.ciCategory?.high },
    colour: own ? 'var(--own)' : 'var(--other)',
    note: [headline(figure), besideHeadline(figure)].filter((part) => part !== '').join(' · '),
  }));
  const measured = data.filter(({ value }) => value !== null);
  const narrow = measured.filter(({ theseLow }) => theseLow !== undefined);
  const wide = measured.filter(({ wideLow }) => wideLow !== undefined);
  return drawn(
    {
      height: 34 + data.length * 34,
      marginTop: 6,
      marginBottom: 28,
      marginLeft: marginFor(data.map(({ label }) => label)),
      marginRight: marginFor(data.map(({ note }) => note)) + 8,
      x: shareAxis(),
      y: rowAxis(data),
      marks: [
        Plot.ruleY(wide, { y: 'key', x1: 'wideLow', x2: 'wideHigh', stroke: 'colour', strokeWidth: 1.5 }),
        Plot.tickX(wide, { y: 'key', x: 'wideLow', stroke: 'colour', strokeWidth: 1.5, inset: 9 }),
        Plot.tickX(wide, { y: 'key', x: 'wideHigh', stroke: 'colour', strokeWidth: 1.5, inset: 9 }),
        Plot.barX(narrow, {
          y: 'key',
          x1: 'theseLow',
          x2: 'theseHigh',
          fill: 'colour',
          fillOpacity: 0.35,
          inset: 6,
        }),
        Plot.dot(measured, { y: 'key', x: 'value', fill: 'colour', stroke: 'var(--paper)', r: 6 }),
        noteMark(data, 1, 14),
      ],
      color: { type: 'identity' },
    },
    text,
  );
}
