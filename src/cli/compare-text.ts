import type { ComparedFigure, Comparison } from '../measure/compare-reports.ts';
import { columns } from './analyse-text.ts';

const points = (value: number): string => `${value > 0 ? '+' : ''}${(value * 100).toFixed(1)}`;

const VERDICTS = {
  changed: 'changed',
  within_noise: 'within noise',
  not_shown: 'no change shown',
  not_measured: 'not measured',
} as const;

/** A comparison of two reports for people: what is compared, a row per figure, the drift of sources. */
export function describeComparison({ prompts, surfaces, tests, figures, drift }: Comparison): string {
  const { interval, value, changed } = drift;
  const range = interval === null ? '' : ` (95 %: ${interval.low.toFixed(3)} to ${interval.high.toFixed(3)})`;
  return [
    `${prompts.common} prompts on ${surfaces.common.join(', ')} asked in both; ${prompts.onlyBefore} prompts only before, ${prompts.onlyAfter} only after`,
    '',
    ...columns([
      ['brand', 'figure', 'surface', 'before', 'after', 'points', '95 %', 'verdict'],
      ...figures.map(row),
    ]),
    '',
    `drift of cited domains: ${value === null ? 'not measured' : `${value.toFixed(3)}${range}`}${changed === true ? ', changed' : ''}`,
    `${tests} figures tested; of those changed at most one in ten is expected to be chance.`,
  ].join('\n');
}

function row({ brand, own, metric, surface, before, after, difference, verdict }: ComparedFigure): string[] {
  const { value, interval } = difference;
  return [
    own ? `${brand} *` : brand,
    metric === 'presence' ? 'presence' : 'cited',
    surface ?? 'all',
    `${before.k} of ${before.n}`,
    `${after.k} of ${after.n}`,
    value === null ? '–' : points(value),
    interval === null ? '–' : `${points(interval.low)} to ${points(interval.high)}`,
    VERDICTS[verdict],
  ];
}
