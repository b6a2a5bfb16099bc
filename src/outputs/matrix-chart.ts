import * as Plot from '@observablehq/plot';
import { type ChartText, drawn, shareAxis } from './chart.ts';
import type { Markup } from './markup.ts';

/** Something with two shares; `mark` is its number in the table. */
export interface MatrixPoint {
  mark: string;
  x: number;
  y: number;
  colour: 'var(--own)' | 'var(--other)' | 'var(--ghost)';
}

export interface MatrixCuts {
  x: number;
  y: number;
  /** Words in the corners: upper right, lower right, upper left, lower left. */
  corners: readonly [string, string, string, string];
}

/** Points between two shares, with a line where each begins to be "often"; points in one place share a dot. */
export function matrixChart(points: readonly MatrixPoint[], cuts: MatrixCuts, text: ChartText): Markup {
  const y = shareAxis(Math.max(cuts.y * 2, ...points.map((point) => point.y)));
  const [, top] = y.domain as [number, number];
  const groups = Map.groupBy(points, (point) => placeOf(point, top));
  const places = [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [{ ...first, mark: group.map(({ mark }) => mark).join(', ') }];
  });
  const [upperRight, lowerRight, upperLeft, lowerLeft] = cuts.corners;
  const corner = (word: string, x: number, height: number, right: boolean, up: boolean) =>
    Plot.text([word], {
      ...{ x: () => x, y: () => height, text: (own: string) => own, fill: 'var(--soft)' },
      ...{ textAnchor: right ? ('end' as const) : ('start' as const), dx: right ? -6 : 6, dy: up ? 12 : -12 },
    });
  return drawn(
    {
      ...{ height: 380, marginTop: 14, marginBottom: 30, marginLeft: 56, marginRight: 30 },
      x: shareAxis(),
      y,
      marks: [
        Plot.ruleX([cuts.x], { stroke: 'currentColor', strokeDasharray: '4 3' }),
        Plot.ruleY([cuts.y], { stroke: 'currentColor', strokeDasharray: '4 3' }),
        ...[corner(upperRight, 1, top, true, true), corner(lowerRight, 1, 0, true, false)],
        ...[corner(upperLeft, 0, top, false, true), corner(lowerLeft, 0, 0, false, false)],
        Plot.dot(places, { x: 'x', y: 'y', fill: 'colour', stroke: 'var(--paper)', r: 6 }),
        marks(places, false),
        marks(places, true),
      ],
      color: { type: 'identity' },
    },
    text,
  );
}

/** Numbers beside the dots: those of categories to the left, so that they keep clear of the brands'. */
function marks(places: readonly MatrixPoint[], left: boolean) {
  return Plot.text(
    places.filter(({ colour }) => (colour === 'var(--ghost)') === left),
    {
      ...{ x: 'x', y: 'y', text: 'mark', fill: 'currentColor' },
      ...(left ? { dx: -10, textAnchor: 'end' as const } : { dx: 10, textAnchor: 'start' as const }),
    },
  );
}

/** Dots closer than this would hide each other's numbers. */
const CLOSE = 0.04;

function placeOf({ x, y, colour }: MatrixPoint, top: number): string {
  return `${Math.round(x / CLOSE)} ${Math.round(y / (CLOSE * top))} ${colour}`;
}
