import type { BrandMetrics, ReportMetrics } from '../measure/report-metrics.ts';
import { barChart } from './bar-chart.ts';
import {
  chartBlock,
  figureCell,
  INTERVAL_LEGEND,
  intervalCells,
  legend,
  linked,
  section,
  table,
} from './blocks.ts';
import type { Evidence } from './evidence.ts';
import { intervalChart } from './interval-chart.ts';
import { html, type Markup, name } from './markup.ts';
import { type Series, stackedChart } from './stacked-chart.ts';
import { count, headline, range, surfaceTitle } from './wording.ts';

/** Brands drawn; the tables have all of them. */
const DRAWN = 12;

/** Own brand and competitors side by side: presence, the four outcomes, share of voice. */
export function brandsSection(metrics: ReportMetrics, evidence: Evidence): Markup {
  const brands = ordered(metrics.brands);
  return section(
    'brands',
    'Brands compared',
    brands.length > DRAWN &&
      html`<p class="soft">Charts show the first ${DRAWN} brands, the tables all ${brands.length}.</p>`,
    presenceBlock(brands, evidence),
    html`<h3>Mentioned, cited, both or neither</h3><p>Whole answers only, since a truncated one cannot tell. “Cited only” are answers that rest on a brand's pages without naming it.</p>`,
    outcomesBlock(brands, evidence),
    html`<h3>Share of voice</h3><p>Of all mentions of the ${brands.length} brands in this report; another set of brands gives other shares. By presence: each answer counts a brand once. By mentions: every mention counts.</p>`,
    voiceBlock(brands, evidence),
    brands.length > 1 && matrix(brands, metrics, evidence),
  );
}

/** The own brand first, then by presence. */
function ordered(brands: readonly BrandMetrics[]): BrandMetrics[] {
  const rank = ({ own, presence }: BrandMetrics): number => (own ? 2 : (presence.value ?? -1));
  return [...brands].sort((a, b) => rank(b) - rank(a) || (a.brandId < b.brandId ? -1 : 1));
}

function presenceBlock(brands: readonly BrandMetrics[], evidence: Evidence): Markup {
  const rows = brands
    .slice(0, DRAWN)
    .map(({ name: label, presence: figure, own }) => ({ label, figure, own }));
  const columns = [
    { head: 'Brand' },
    { head: 'Presence', numeric: true },
    { head: 'These prompts', numeric: true },
    { head: 'Questions like these', numeric: true },
    { head: 'Citation presence', numeric: true },
    { head: 'These prompts', numeric: true },
    { head: 'Questions like these', numeric: true },
  ];
  const body = brands.map(({ brandId, name: label, own, presence, citationPresence }) => {
    const href = evidence.href({ brandId });
    return {
      own,
      cells: [
        ...[name(label), figureCell(presence, href), ...intervalCells(presence)],
        ...[figureCell(citationPresence, href), ...intervalCells(citationPresence)],
      ],
    };
  });
  return chartBlock({
    id: 'chart-brands',
    title: 'Presence of each brand, mean of surfaces',
    legend: INTERVAL_LEGEND,
    chart: intervalChart(rows, {
      label: 'Presence by brand',
      description:
        'A dot per brand from 0 to 100 % with two 95 % intervals; the table below has every number.',
    }),
    table: table('Presence and citation presence by brand', columns, body),
  });
}

const OUTCOME_SERIES: readonly Series[] = [
  { name: 'mentioned and cited', colour: 'var(--both)', on: 'var(--on-both)' },
  { name: 'mentioned only', colour: 'var(--named)', on: 'var(--on-named)' },
  { name: 'cited only', colour: 'var(--ghost)', on: 'var(--on-ghost)' },
  { name: 'neither', colour: 'var(--neither)', on: 'var(--on-neither)' },
];

function outcomesBlock(brands: readonly BrandMetrics[], evidence: Evidence): Markup {
  const counts = ({ outcomes }: BrandMetrics): number[] => [
    ...[outcomes.mentionedAndCited, outcomes.mentionedOnly, outcomes.citedOnly, outcomes.neither],
  ];
  const drawable = brands.slice(0, DRAWN).filter(({ outcomes }) => outcomes.n > 0);
  const columns = [
    { head: 'Brand' },
    ...OUTCOME_SERIES.map((own) => ({ head: own.name, numeric: true })),
    { head: 'whole answers', numeric: true },
  ];
  const body = brands.map((brand) => {
    const href = evidence.href({ brandId: brand.brandId });
    const cells = [...counts(brand), brand.outcomes.n].map((own) => linked(count(own), href));
    return { own: brand.own, cells: [name(brand.name), ...cells] };
  });
  return chartBlock({
    id: 'chart-outcomes',
    title: 'What answers do with each brand',
    legend: legend(OUTCOME_SERIES),
    chart: stackedChart(
      drawable.map((brand) => ({ label: brand.name, counts: counts(brand) })),
      OUTCOME_SERIES,
      {
        label: 'Four outcomes by brand',
        description: 'A bar of 100 % per brand in four parts; the table below has every number.',
      },
    ),
    table: table('Counts of whole answers; the four add up to the last column', columns, body),
  });
}

function voiceBlock(brands: readonly BrandMetrics[], evidence: Evidence): Markup {
  const rows = brands.slice(0, DRAWN).flatMap(({ name: label, own, sovPresence, sovMentions }) =>
    sovPresence.value === null
      ? []
      : [
          {
            ...{
              label,
              value: sovPresence.value,
              interval: sovPresence.ciCategory,
              second: sovMentions.value,
            },
            ...{
              note: headline(sovPresence),
              colour: own ? ('var(--own)' as const) : ('var(--other)' as const),
            },
          },
        ],
  );
  const columns = [
    { head: 'Brand' },
    { head: 'By presence', numeric: true },
    { head: 'Questions like these', numeric: true },
    { head: 'By mentions', numeric: true },
    { head: 'Questions like these', numeric: true },
  ];
  const body = brands.map(({ brandId, name: label, own, sovPresence, sovMentions }) => {
    const href = evidence.href({ brandId });
    const cells = [
      ...[name(label), figureCell(sovPresence, href), range(sovPresence.ciCategory)],
      ...[figureCell(sovMentions, href), range(sovMentions.ciCategory)],
    ];
    return { own, cells };
  });
  return chartBlock({
    id: 'chart-voice',
    title: 'Share of voice',
    legend: html`<ul class="legend"><li><i style="background:var(--own)"></i>by presence (own brand)</li><li><i style="background:var(--other)"></i>by presence (others)</li><li>○ by mentions</li><li><i class="line" style="background:var(--ink)"></i>95 %, from 20 prompts on</li></ul>`,
    chart: barChart(rows, {
      label: 'Share of voice by brand',
      description: 'A bar per brand by presence and a ring by mentions; the table below has every number.',
    }),
    table: table(
      'Both shares of voice; from 20 prompts on with an interval for questions like these',
      columns,
      body,
    ),
  });
}

/** Brands × surfaces: what the charts cannot show at once. */
function matrix(brands: readonly BrandMetrics[], { surfaces }: ReportMetrics, evidence: Evidence): Markup {
  const columns = [
    { head: 'Brand' },
    ...surfaces.map(({ surface }) => ({ head: surfaceTitle(surface), numeric: true })),
  ];
  const body = brands.map(({ brandId, name: label, own, bySurface }) => ({
    own,
    cells: [
      name(label),
      ...surfaces.map(({ surface }) => {
        const found = bySurface.find(({ slice }) => slice === surface);
        return found === undefined
          ? '–'
          : linked(headline(found.presence), evidence.href({ surface, brandId }));
      }),
    ],
  }));
  return html`<h3>Every brand on every surface</h3>${table('Presence; “k of n” below ten answers', columns, body)}`;
}
