import type { BrandMetrics, CitationShare, ReportMetrics } from '../measure/report-metrics.ts';
import { type BarRow, barChart } from './bar-chart.ts';
import { chartBlock, figureCell, legend, linked, section, table } from './blocks.ts';
import { type Evidence, SHOWN_SOURCES } from './evidence.ts';
import { html, type Markup, name } from './markup.ts';
import { count, excludedWords, headline, percent, range } from './wording.ts';

/** Whom the answers cite: domains and pages. */
export function citationsSection(metrics: ReportMetrics, evidence: Evidence): Markup {
  const [first] = metrics.domains;
  return section(
    'citations',
    'Whom the answers cite',
    html`<p>Each answer with sources weighs the same: a domain's share inside the answer, averaged. Beside it the plain share of all cited entries, in which answers with many links weigh more.</p>`,
    first === undefined
      ? html`<p>No answer of this report cites a source.</p>`
      : html`${domainsBlock(metrics, evidence)}<p class="soft">Left out: ${excludedWords(first.weighted.excluded)}.</p>${pagesTable(metrics, evidence)}`,
  );
}

function colourOf({ brandId }: CitationShare, brands: readonly BrandMetrics[]): BarRow['colour'] {
  const brand = brands.find((own) => own.brandId === brandId);
  if (brand === undefined) return 'var(--other)';
  return brand.own ? 'var(--own)' : 'var(--rival)';
}

function domainsBlock({ domains, brands }: ReportMetrics, evidence: Evidence): Markup {
  const shown = domains.slice(0, SHOWN_SOURCES);
  const rows = shown.map((domain) => ({
    ...{ label: domain.key, value: domain.weighted.value ?? 0, interval: domain.weighted.ciCategory },
    ...{ note: percent(domain.weighted.value ?? 0), colour: colourOf(domain, brands) },
  }));
  const columns = [
    { head: 'Domain' },
    { head: 'Belongs to' },
    { head: 'Share, answers weighing the same', numeric: true },
    { head: 'Questions like these', numeric: true },
    { head: 'Share of all cited entries', numeric: true },
    { head: 'Answers citing it', numeric: true },
  ];
  return chartBlock({
    id: 'chart-citations',
    title: `Citation share of the ${shown.length} most cited domains`,
    legend: legend([
      { name: 'own brand', colour: 'var(--own)' },
      { name: 'competitor', colour: 'var(--rival)' },
      { name: 'others', colour: 'var(--other)' },
      { name: '95 %, from 20 prompts on', colour: 'var(--ink)', line: true },
    ]),
    chart: barChart(rows, {
      label: 'Citation share by domain',
      description: 'A bar per domain; the table below has every number.',
    }),
    table: table(
      'Cited domains',
      columns,
      shown.map((domain) => citationRow(domain, brands, evidence.href({ domain: domain.key }))),
    ),
  });
}

function citationRow(
  { key, brandId, weighted, occurrences, observations }: CitationShare,
  brands: readonly BrandMetrics[],
  href: string | null,
) {
  const brand = brands.find((own) => own.brandId === brandId);
  return {
    own: brand?.own ?? false,
    cells: [
      ...[html`<bdi>${key}</bdi>`, brand === undefined ? '–' : name(brand.name)],
      ...[
        linked(weighted.value === null ? headline(weighted) : percent(weighted.value), href),
        range(weighted.ciCategory),
      ],
      ...[figureCell(occurrences, href), linked(count(observations), href)],
    ],
  };
}

function pagesTable({ urls, brands }: ReportMetrics, evidence: Evidence): Markup {
  const columns = [
    { head: 'Page' },
    { head: 'Belongs to' },
    { head: 'Share, answers weighing the same', numeric: true },
    { head: 'Questions like these', numeric: true },
    { head: 'Share of all cited entries', numeric: true },
    { head: 'Answers citing it', numeric: true },
  ];
  const rows = urls
    .slice(0, SHOWN_SOURCES)
    .map((page) => citationRow(page, brands, evidence.href({ url: page.key })));
  return html`<h3>Most cited pages</h3>${table('Cited pages', columns, rows)}`;
}
