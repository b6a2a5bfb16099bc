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
  const labels = rows.map(({ key, label }) => ({ key, label: shortened(label, 34) }));
  const seen = cells.filter(({ share }) => share !== null);
  const lines = columns.map(({ key, label }) => ({
    key,
    label: shortened(label, 22).replace(/ (?=\S+$)/, '\n'),
  }));
  return drawn(
    {
      height: 46 + rows.length * 26,
      ...{
        marginTop: 42,
        marginBottom: 4,
        marginRight: 8,
        marginLeft: marginFor(labels.map(({ label }) => label)),
      },
      x: { ...rowAxis(lines), axis: 'top' },
      y: rowAxis(labels),
      // Never so dark that the page's own text colour could not be read on it, in either theme.
      opacity: { type: 'linear', domain: [0, 1], range: [0.06, 0.6] },
      marks: [
        Plot.cell(seen, { x: 'column', y: 'row', fill: 'var(--own)', fillOpacity: 'share', inset: 1 }),
        Plot.text(cells, { x: 'column', y: 'row', text: 'note', fill: 'currentColor' }),
      ],
    },
    text,
  );
}
