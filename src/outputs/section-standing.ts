import type { BrandMetrics, ReportMetrics } from '../measure/report-metrics.ts';
import { chartBlock, figureCell, intervalCells, linked, section, table } from './blocks.ts';
import { columnChart } from './column-chart.ts';
import type { Evidence } from './evidence.ts';
import { html, type Markup, name } from './markup.ts';
import { count, number } from './wording.ts';

/** How a brand stands in the answers that name it: place, prominence, what can be counted of a recommendation. */
export function standingSection(brand: BrandMetrics, metrics: ReportMetrics, evidence: Evidence): Markup {
  return section(
    'position',
    'How the brand stands when it is named',
    html`<p>Over answers with a mention only; answers without one are never averaged in. The place is that in a list of three or more items, else the order in which brands are first named.</p>`,
    positionBlock(brand, metrics, evidence),
    recommendationTable(metrics, evidence),
  );
}

function positionBlock(brand: BrandMetrics, { brands }: ReportMetrics, evidence: Evidence): Markup {
  const { positions } = brand;
  const columns = [
    ...positions.distribution.map((times, index) => ({ label: `${index + 1}`, count: times })),
    { label: 'later', count: positions.later },
  ];
  const heads = [
    { head: 'Brand' },
    { head: 'Median', numeric: true },
    ...columns.map(({ label }) => ({ head: label === 'later' ? 'later' : `${label}.`, numeric: true })),
    { head: 'Mentions in answers', numeric: true },
    { head: 'of them in lists', numeric: true },
  ];
  const rows = brands.map(({ brandId, name: label, own, positions: places }) => {
    const href = evidence.href({ brandId });
    const counts = [...places.distribution, places.later].map((times) => (times === 0 ? '·' : count(times)));
    const median = places.median === null ? '–' : number(places.median, 1);
    return {
      own,
      cells: [
        name(label),
        linked(median, href),
        ...counts,
        linked(count(places.n), href),
        count(places.fromLists),
      ],
    };
  });
  return chartBlock({
    id: 'chart-position',
    title: `Places of ${brand.name}, first to tenth and later (${count(positions.n)} answers)`,
    chart: columnChart(columns, {
      label: `Distribution of places of ${brand.name}`,
      description: 'A column per place; the table below has every number.',
    }),
    table: table('How often each place', heads, rows),
  });
}

function recommendationTable({ brands }: ReportMetrics, evidence: Evidence): Markup {
  const columns = [
    { head: 'Brand' },
    { head: 'First in a list', numeric: true },
    { head: 'In a heading', numeric: true },
    { head: 'In a table', numeric: true },
    { head: 'With a product card', numeric: true },
    { head: 'Prominence', numeric: true },
    { head: 'Questions like these', numeric: true },
    { head: 'Word share', numeric: true },
  ];
  const rows = brands.map(({ brandId, name: label, own, recommendation, prominence, wordShare }) => {
    const href = evidence.href({ brandId });
    const { firstInList, inHeading, inTable, productCard } = recommendation;
    const counted = [firstInList, inHeading, inTable, productCard].map((figure) => figureCell(figure, href));
    const [, category] = intervalCells(prominence);
    const cells = [
      name(label),
      ...counted,
      figureCell(prominence, href),
      category,
      figureCell(wordShare, href),
    ];
    return { own, cells };
  });
  return html`<h3>Recommendation as far as it can be counted</h3>
<p>Prominence: 100 % when the first mention opens the answer, 0 % when it ends it. Word share: words of the sentences that carry the brand's citations, earlier ones weighing more.</p>
${table('Over answers with a mention; word share over all whole answers', columns, rows)}`;
}
