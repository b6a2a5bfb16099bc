import type { Figure } from '../measure/figure.ts';
import type { BrandMetrics, ReportMetrics } from '../measure/report-metrics.ts';

const percent = (value: number): string => `${(value * 100).toFixed(1)} %`;

/** `61.1 % (11 of 18; 46–74 these, 20–91 category)`; below ten observations only `k of n`. */
function describeFigure({ k, n, value, ciThese, ciCategory }: Figure): string {
  if (value === null) return 'not measured';
  const of = k === null ? `n ${n}` : `${Math.round(k * 10) / 10} of ${Math.round(n * 10) / 10}`;
  if (n < 10 && k !== null) return of;
  const range = (interval: { low: number; high: number } | null, name: string): string[] =>
    interval === null
      ? []
      : [`${(interval.low * 100).toFixed(0)}–${(interval.high * 100).toFixed(0)} ${name}`];
  return `${percent(value)} (${[of, ...range(ciThese, 'these'), ...range(ciCategory, 'category')].join('; ')})`;
}

/** A report for people: what was asked and came back, a row per brand, surfaces of the own brand, most cited domains. */
export function describeReport(report: ReportMetrics): string {
  const own = report.brands.find((brand) => brand.own);
  return [
    `${report.prompts.length} prompts, ${report.asked} captures, ${report.eligible} answers; completeness ${percent(report.completeness)} (${report.quality})`,
    `tier: ${report.methodology.tier.tier}${report.methodology.tier.failed.map((failed) => `\n  lacks ${failed}`).join('')}`,
    '',
    ...columns([
      ['brand', 'presence', 'cited', 'share of voice', 'median place'],
      ...report.brands.map(brandRow),
    ]),
    ...(own === undefined ? [] : ['', `${own.name} by surface`, ...columns(surfaceRows(own))]),
    '',
    'most cited (each answer weighs the same)',
    ...columns(report.domains.slice(0, 10).map(({ key, weighted }) => [key, describeFigure(weighted)])),
    ...report.warnings.map((warning) => `warning: ${warning}`),
    'these: for these prompts; category: for questions like these. Sentiment is not measured.',
  ].join('\n');
}

function brandRow(brand: BrandMetrics): string[] {
  return [
    brand.own ? `${brand.name} *` : brand.name,
    describeFigure(brand.presence),
    describeFigure(brand.citationPresence),
    describeFigure(brand.sovPresence),
    brand.positions.median === null ? '–' : `${brand.positions.median}`,
  ];
}

function surfaceRows(brand: BrandMetrics): string[][] {
  return brand.bySurface.map(({ slice, presence, bounds }) => [
    slice,
    describeFigure(presence),
    Object.entries(presence.excluded)
      .map(([why, count]) => `${count} ${why}`)
      .join(', '),
    bounds === null ? '' : `bounds ${percent(bounds.worst)} to ${percent(bounds.best)}`,
  ]);
}

/** Columns as wide as their widest cell. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const most = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: most }, (_, column) =>
    Math.max(...rows.map((row) => [...(row[column] ?? '')].length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - [...cell].length))
      .join('  ')
      .trimEnd(),
  );
}
