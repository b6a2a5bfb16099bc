import * as Plot from '@observablehq/plot';
import { type ChartText, drawn, marginFor, rowAxis, shortened } from './chart.ts';
import type { Markup } from './markup.ts';

export interface HeatCell {
  row: string;
  column: string;
  /** How dark, 0 to 1; null: nothing was seen. */
  share: number | null;
  note: string;
}

/** Cells in rows and columns, the darker the larger the share, each with its number. */
export function heatChart(
  {
    rows,
    columns,
    cells,
  }: {
    rows: readonly { key: string; label: string }[];
    columns: readonly { key: string; label: string }[];
    cells: readonly HeatCell[];
  },
  text: ChartText,
): Markup {
  const labels = rows.map(({ key, label }) => ({ key, label: shortened(label, 22) }));
  const seen = cells.flatMap((cell) => (cell.share === null ? [] : [{ ...cell, shade: shade(cell.share) }]));
  const titles = new Map(columns.map(({ key, label }) => [key, shortened(label, 22).replaceAll(' ', '\n')]));
  return drawn(
    {
      height: 60 + rows.length * 26,
      ...{
        marginTop: 56,
        marginBottom: 4,
        marginRight: 8,
        marginLeft: marginFor(labels.map(({ label }) => label)),
      },
      x: { type: 'band', domain: columns.map(({ key }) => key), axis: null },
      y: rowAxis(labels),
      marks: [
        Plot.axisX({
          anchor: 'top',
          fontSize: 12,
          tickSize: 0,
          label: null,
          tickFormat: (key: string) => titles.get(key) ?? key,
        }),
        Plot.cell(seen, { x: 'column', y: 'row', fill: 'var(--own)', fillOpacity: 'shade', inset: 1 }),
        Plot.text(cells, { x: 'column', y: 'row', text: 'note', fill: 'currentColor' }),
      ],
    },
    text,
  );
}

/** Never so dark that the page's own text colour could not be read on it, in either theme. */
function shade(share: number): number {
  return Number((0.06 + 0.54 * share).toFixed(3));
}
