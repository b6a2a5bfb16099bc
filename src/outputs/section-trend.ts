import type { Observation } from '../measure/observation.ts';
import type { BrandMetrics, ReportMetrics } from '../measure/report-metrics.ts';
import { dailyTrend, type TrendPoint } from '../measure/trend.ts';
import { chartBlock, figureCell, intervalCells, linked, section, table } from './blocks.ts';
import type { Evidence } from './evidence.ts';
import { html, type Markup } from './markup.ts';
import { trendChart } from './trend-chart.ts';
import { moment, number } from './wording.ts';

interface TrendInput {
  metrics: ReportMetrics;
  observations: readonly Observation[];
  history: readonly TrendPoint[];
  generatedAt: string;
}

/** The brand over time: earlier reports with the same prompts, and the days of this one. */
export function trendSection(
  brand: BrandMetrics,
  { metrics, observations, history, generatedAt }: TrendInput,
  evidence: Evidence,
): Markup {
  const days = dailyTrend(observations, brand.brandId, metrics.inputHash);
  const reports = history.length === 0 ? [] : [...history, thisReport(brand, metrics, generatedAt)];
  return section(
    'trend',
    'Trend',
    reports.length === 0 && days.length === 0
      ? html`<p>All was captured on one day, and no earlier report asked the same prompts on the same surfaces: there is no trend to show yet. The next report with these prompts begins it.</p>`
      : html`<p>A change inside the shaded band is within noise: the same captures, split at random, differ as much. Whether two reports differ is tested with the same prompts paired, not read off this line.</p>`,
    reports.length > 0 && trendBlock('reports', brand, reports, evidence),
    days.length > 0 && trendBlock('days', brand, days, evidence),
  );
}

function thisReport(
  { presence, citationPresence }: BrandMetrics,
  metrics: ReportMetrics,
  generatedAt: string,
): TrendPoint {
  const at = metrics.methodology.window.last ?? generatedAt;
  return {
    ...{ key: '', kind: 'report', at, presence, citationPresence },
    ...{ noiseFloor: metrics.stability.noiseFloor, sameBook: true },
  };
}

function trendBlock(
  kind: 'reports' | 'days',
  brand: BrandMetrics,
  points: readonly TrendPoint[],
  evidence: Evidence,
): Markup {
  const marks = points.flatMap(({ at, presence, noiseFloor }) => {
    const time = Date.parse(at);
    if (presence.value === null || Number.isNaN(time)) return [];
    return [{ time, value: presence.value, interval: presence.ciThese, noise: noiseFloor }];
  });
  const columns = [
    { head: kind === 'days' ? 'Day (UTC)' : 'Report' },
    { head: 'Presence', numeric: true },
    { head: 'These prompts', numeric: true },
    { head: 'Noise floor', numeric: true },
    { head: 'Citation presence', numeric: true },
    { head: 'These prompts', numeric: true },
  ];
  const told = table(
    kind === 'days'
      ? 'By day of capture; the mean over the surfaces captured that day'
      : 'Reports with the same prompts on the same surfaces, the latest last',
    columns,
    points.map((point) => row(point, evidence)),
  );
  if (marks.length < 2) return told;
  return chartBlock({
    id: `chart-trend-${kind}`,
    title: kind === 'days' ? `Presence of ${brand.name} by day` : `Presence of ${brand.name} by report`,
    legend: html`<ul class="legend"><li><i style="background:var(--own)"></i>presence</li><li><i class="line" style="background:var(--own)"></i>95 % for these prompts</li><li><i style="background:var(--ghost);opacity:.35"></i>within noise</li></ul>`,
    chart: trendChart(marks, {
      label: `Presence of ${brand.name} over time`,
      description: 'A line of dots with intervals and a noise band; the table below has every number.',
    }),
    table: told,
  });
}

function row(
  { key, kind, at, presence, citationPresence, noiseFloor, sameBook }: TrendPoint,
  evidence: Evidence,
) {
  const current = kind === 'report' && key === '';
  const href =
    kind === 'day' ? evidence.href({ day: key }) : current ? evidence.href({}) : evidence.report(key);
  const label = kind === 'day' ? key : html`${moment(at)}${current && ' (this report)'}`;
  const [presenceThese] = intervalCells(presence);
  const [citedThese] = intervalCells(citationPresence);
  return {
    own: current,
    cells: [
      html`${label}${!sameBook && html` <small>other names looked for</small>`}`,
      ...[figureCell(presence, href), presenceThese],
      noiseFloor === null ? 'not measured' : linked(`±${number(noiseFloor * 100, 1)} points`, href),
      ...[figureCell(citationPresence, href), citedThese],
    ],
  };
}
