import type { BrandMetrics, PresenceSlice, ReportMetrics } from '../measure/report-metrics.ts';
import { chartBlock, figureCell, INTERVAL_LEGEND, intervalCells, section, table } from './blocks.ts';
import type { Evidence, ObservationSlice } from './evidence.ts';
import { intervalChart } from './interval-chart.ts';
import { html, type Markup } from './markup.ts';
import { excludedWords, percent, surfaceTitle } from './wording.ts';

/** How often the brand is named, by surface and by region, with both intervals. */
export function presenceSection(brand: BrandMetrics, metrics: ReportMetrics, evidence: Evidence): Markup {
  const regions = brand.byRegion.length > 1;
  return section(
    'presence',
    'Presence by surface',
    html`<p>Of the answers shown, how many name the brand at least once. The mean over surfaces gives each surface the same weight, since they answer unequally often.</p>`,
    sliceBlock('surfaces', brand, brand.bySurface, evidence),
    brand.ambiguous.observations > 0 &&
      html`<p>In ${brand.ambiguous.observations} further answer${brand.ambiguous.observations > 1 && 's'} only a homograph stands that nothing supports; not counted. If counted, presence would be ${brand.ambiguous.presenceIfCounted === null ? 'not measured' : percent(brand.ambiguous.presenceIfCounted)}.</p>`,
    regions && html`<h3>By region</h3>`,
    regions && sliceBlock('regions', brand, brand.byRegion, evidence),
    html`<h3>What came back from each surface</h3>`,
    sampleTable(metrics, evidence),
  );
}

function sliceBlock(
  kind: 'surfaces' | 'regions',
  brand: BrandMetrics,
  slices: readonly PresenceSlice[],
  evidence: Evidence,
): Markup {
  const title = (slice: string): string => (kind === 'surfaces' ? surfaceTitle(slice) : slice);
  const here = ({ slice }: PresenceSlice): ObservationSlice =>
    kind === 'surfaces' ? { surface: slice, brandId: brand.brandId } : { region: slice };
  const rows = [
    { label: kind === 'surfaces' ? 'Mean of surfaces' : 'All', figure: brand.presence, own: true },
    ...slices.map(({ slice, presence }) => ({ label: title(slice), figure: presence, own: true })),
  ];
  const chart = intervalChart(rows, {
    label: `Presence of ${brand.name} by ${kind === 'surfaces' ? 'surface' : 'region'}`,
    description: 'A dot per row from 0 to 100 % with two 95 % intervals; the table below has every number.',
  });
  const columns = [
    { head: kind === 'surfaces' ? 'Surface' : 'Region' },
    { head: 'Presence', numeric: true },
    { head: 'These prompts', numeric: true },
    { head: 'Questions like these', numeric: true },
    { head: 'Per query', numeric: true },
    { head: 'Bounds', numeric: true },
    { head: 'Left out' },
  ];
  const body = slices.map((slice) => {
    const href = evidence.href(here(slice));
    const { presence, presencePerQuery, bounds } = slice;
    const cells = [
      ...[title(slice.slice), figureCell(presence, href), ...intervalCells(presence)],
      ...[
        figureCell(presencePerQuery, href),
        bounds === null ? '–' : `${percent(bounds.worst)} / ${percent(bounds.best)}`,
      ],
      excludedWords(presence.excluded),
    ];
    return { cells };
  });
  const all = evidence.href({ brandId: brand.brandId });
  const total = {
    own: true,
    cells: [
      ...['Mean of surfaces', figureCell(brand.presence, all), ...intervalCells(brand.presence)],
      ...[figureCell(brand.presencePerQuery, all), '–', excludedWords(brand.presence.excluded)],
    ],
  };
  return chartBlock({
    id: `chart-presence-${kind}`,
    title: `Presence of ${brand.name}`,
    legend: INTERVAL_LEGEND,
    chart,
    table: table(
      'Both 95 % intervals; per query: no answer shown counts as not named; bounds: had all missing captures missed / shown it',
      columns,
      kind === 'surfaces' ? [total, ...body] : body,
    ),
  });
}

function sampleTable({ surfaces }: ReportMetrics, evidence: Evidence): Markup {
  const columns = [
    { head: 'Surface' },
    { head: 'Captures', numeric: true },
    { head: 'Answers', numeric: true },
    { head: 'Completeness', numeric: true },
    { head: 'Answer shown', numeric: true },
    { head: 'Declined', numeric: true },
    { head: 'How captures ended' },
  ];
  const rows = surfaces.map((sample) => {
    const href = evidence.href({ surface: sample.surface });
    return {
      cells: [
        ...[surfaceTitle(sample.surface), html`<a href="${href ?? '#observations'}">${sample.asked}</a>`],
        ...[sample.eligible, percent(sample.completeness), figureCell(sample.trigger, href)],
        ...[figureCell(sample.refusal, href), excludedWords(sample.byOutcome)],
      ],
    };
  });
  return table('Captures by surface; completeness: captures that saw what the surface shows', columns, rows);
}
