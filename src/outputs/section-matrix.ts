import type { Observation } from '../measure/observation.ts';
import type { BrandMetrics, ReportMetrics } from '../measure/report-metrics.ts';
import { OFTEN_CITED, OFTEN_NAMED, type Quadrant, type Standing, standingsOf } from '../measure/standing.ts';
import { chartBlock, figureCell, legend, linked, section, table } from './blocks.ts';
import { type Evidence, SHOWN_CATEGORIES } from './evidence.ts';
import { html, type Markup, name, type Part } from './markup.ts';
import { type MatrixPoint, matrixChart } from './matrix-chart.ts';
import { count, range } from './wording.ts';

const QUADRANTS: Readonly<Record<Quadrant, string>> = {
  named_and_cited: 'named and cited',
  named: 'named, seldom cited',
  cited: 'cited, seldom named',
  neither: 'seldom either',
};

interface Line {
  label: Part;
  own: boolean;
  colour: MatrixPoint['colour'];
  standing: Standing;
  href: string | null;
}

/** Visibility × citation share: every brand, and the report's own category by category, with the four outcomes of each. */
export function matrixSection(
  brand: BrandMetrics,
  metrics: ReportMetrics,
  observations: readonly Observation[],
  evidence: Evidence,
): Markup {
  const ids = metrics.brands.map(({ brandId }) => brandId);
  const standings = standingsOf(observations, metrics.prompts, ids, brand.brandId, metrics.inputHash);
  const categories = standings.categories.slice(0, SHOWN_CATEGORIES);
  const lines: Line[] = [
    ...metrics.brands.flatMap(({ brandId, name: label, own }): Line[] => {
      const standing = standings.brands.get(brandId);
      if (standing === undefined) return [];
      const colour = own ? 'var(--own)' : 'var(--other)';
      return [{ label: name(label), own, colour, standing, href: evidence.href({ brandId }) }];
    }),
    ...categories.map(({ category, prompts, standing }): Line => {
      const label = html`${name(brand.name)} in <bdi>${category}</bdi> <small>${prompts} prompt${prompts !== 1 && 's'}</small>`;
      return { label, own: false, colour: 'var(--ghost)', standing, href: evidence.href({ category }) };
    }),
  ];
  const left = standings.categories.length - categories.length;
  return section(
    'matrix',
    'Named and cited: the matrix',
    html`<p>To the right: named in more answers. Upwards: more of what answers cite is the brand's own. The dashed lines stand at ${OFTEN_NAMED * 100} % and ${OFTEN_CITED * 100} %, where Rank Prompt's readers cut; they are a convention, no threshold of effect, and a dot whose interval crosses a line may belong to either side.</p>`,
    left > 0 && html`<p class="soft">${left} further categories are not shown.</p>`,
    matrixBlock(lines),
  );
}

function matrixBlock(lines: readonly Line[]): Markup {
  const points = lines.flatMap(({ colour, standing }, index): MatrixPoint[] => {
    const { presence, citationShare } = standing;
    if (presence.value === null || citationShare.value === null) return [];
    return [{ mark: `${index + 1}`, x: presence.value, y: citationShare.value, colour }];
  });
  const columns = [
    { head: 'Brand, or category of its prompts' },
    { head: 'Presence', numeric: true },
    { head: 'Questions like these', numeric: true },
    { head: 'Citation share', numeric: true },
    { head: 'Questions like these', numeric: true },
    { head: 'Place' },
  ];
  const places = table(
    'Numbers as in the chart; intervals of citation share from 20 prompts on',
    columns,
    lines.map((line, index) => ({ own: line.own, cells: placeCells(line, index + 1) })),
  );
  const told = html`${places}${outcomesTable(lines)}`;
  if (points.length === 0) return told;
  const corners = [QUADRANTS.named_and_cited, QUADRANTS.named, QUADRANTS.cited, QUADRANTS.neither] as const;
  return chartBlock({
    id: 'chart-matrix',
    title: 'Citation share (upwards) by presence (to the right)',
    legend: legend([
      { name: 'own brand', colour: 'var(--own)' },
      { name: 'competitors', colour: 'var(--other)' },
      { name: 'own brand in one category', colour: 'var(--ghost)' },
    ]),
    chart: matrixChart(
      points,
      { x: OFTEN_NAMED, y: OFTEN_CITED, corners },
      {
        label: 'Presence by citation share',
        description:
          'A numbered dot per brand and category in four fields; the table below has every number.',
      },
    ),
    table: told,
  });
}

function placeCells({ label, standing, href }: Line, place: number): Part[] {
  const { presence, citationShare, quadrant } = standing;
  return [
    ...[html`${place} ${label}`, figureCell(presence, href), range(presence.ciCategory)],
    ...[figureCell(citationShare, href), range(citationShare.ciCategory)],
    quadrant === null ? 'not measured' : QUADRANTS[quadrant],
  ];
}

function outcomesTable(lines: readonly Line[]): Markup {
  const columns = [
    { head: 'Brand, or category of its prompts' },
    { head: 'mentioned and cited', numeric: true },
    { head: 'mentioned only', numeric: true },
    { head: 'cited only', numeric: true },
    { head: 'neither', numeric: true },
    { head: 'whole answers', numeric: true },
  ];
  const rows = lines.map(({ label, own, standing, href }, index) => {
    const { mentionedAndCited, mentionedOnly, citedOnly, neither, n } = standing.outcomes;
    const counts = [mentionedAndCited, mentionedOnly, citedOnly, neither, n];
    return { own, cells: [html`${index + 1} ${label}`, ...counts.map((part) => linked(count(part), href))] };
  });
  return table('What whole answers do; the four add up to the last column', columns, rows);
}
