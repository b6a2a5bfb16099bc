import type { BrandMetrics, GridCell, ReportMetrics } from '../measure/report-metrics.ts';
import { chartBlock, linked, section, table } from './blocks.ts';
import type { Evidence } from './evidence.ts';
import { type HeatCell, heatChart } from './heat-chart.ts';
import { html, type Markup, name } from './markup.ts';
import { count, surfaceTitle } from './wording.ts';

/** More prompts are drawn by how many of them fall into each band of presence. */
const DRAWN = 60;
/** More cells lead to their observations by prompt only, to keep the file small. */
const LINKED_CELLS = 3_000;

/** Each prompt on each surface: in k of n answers the brand is named. */
export function promptsSection(brand: BrandMetrics, metrics: ReportMetrics, evidence: Evidence): Markup {
  const cells = metrics.grid.filter(({ brandId }) => brandId === brand.brandId);
  const { prompts } = metrics;
  return section(
    'prompts',
    'Prompts and surfaces',
    html`<p>Answers that name ${name(brand.name)}, of the answers that count. Single cells rest on few replicates: read rows and columns, not cells.</p>`,
    cells.length === 0
      ? table(
          'Prompts',
          PROMPT_COLUMNS,
          prompts.map((prompt, index) => ({ id: `p${index + 1}`, cells: [`P${index + 1}`, prompt.text] })),
        )
      : chartBlock({
          id: 'chart-grid',
          title:
            prompts.length > DRAWN
              ? 'How many prompts name the brand how often'
              : 'Each prompt on each surface',
          chart: prompts.length > DRAWN ? bandChart(cells, metrics) : promptChart(cells, metrics),
          table: gridTable(cells, metrics, evidence),
        }),
  );
}

const PROMPT_COLUMNS = [{ head: 'Prompt' }, { head: 'Text' }];

const DESCRIPTION = 'Darker cells: named more often; the table below has every number.';

function surfaceColumns({ surfaces }: ReportMetrics): { key: string; label: string }[] {
  return surfaces.map(({ surface }) => ({ key: surface, label: surfaceTitle(surface) }));
}

function promptChart(cells: readonly GridCell[], metrics: ReportMetrics): Markup {
  const rows = metrics.prompts.map(({ id, text }, index) => ({ key: id, label: `P${index + 1} ${text}` }));
  const drawn = cells.map(
    ({ promptId, surface, k, n }): HeatCell => ({
      ...{ row: promptId, column: surface, share: n === 0 ? null : k / n },
      note: n === 0 ? '–' : `${k}/${n}`,
    }),
  );
  return heatChart(
    { rows, columns: surfaceColumns(metrics), cells: drawn },
    { label: 'Prompts by surface', description: DESCRIPTION },
  );
}

const BANDS: readonly [label: string, holds: (share: number) => boolean][] = [
  ['in every answer', (share) => share === 1],
  ['in more than half', (share) => share > 0.5 && share < 1],
  ['in up to half', (share) => share > 0 && share <= 0.5],
  ['in none', (share) => share === 0],
];

/** Bands of presence × surfaces: the number of prompts in each. */
function bandChart(cells: readonly GridCell[], metrics: ReportMetrics): Markup {
  const measured = cells.filter(({ n }) => n > 0);
  const bySurface = Map.groupBy(measured, ({ surface }) => surface);
  const drawn = BANDS.flatMap(([row, holds]) =>
    metrics.surfaces.map(({ surface }): HeatCell => {
      const own = bySurface.get(surface) ?? [];
      const inBand = own.filter(({ k, n }) => holds(k / n)).length;
      return {
        row,
        column: surface,
        share: own.length === 0 ? null : inBand / own.length,
        note: count(inBand),
      };
    }),
  );
  const rows = BANDS.map(([label]) => ({ key: label, label: `named ${label}` }));
  return heatChart(
    { rows, columns: surfaceColumns(metrics), cells: drawn },
    { label: 'Prompts by band of presence and surface', description: DESCRIPTION },
  );
}

function gridTable(cells: readonly GridCell[], metrics: ReportMetrics, evidence: Evidence): Markup {
  const bySurface = new Map(cells.map((cell) => [`${cell.promptId}\n${cell.surface}`, cell]));
  const each = evidence.inFile && cells.length <= LINKED_CELLS;
  const rows = metrics.prompts.map(({ id, text, intent }, index) => {
    const promptHref = evidence.inFile ? null : evidence.href({ promptId: id });
    const label = html`${linked(`P${index + 1}`, promptHref)} <bdi>${text}</bdi>${intent !== null && html` <small>${intent}</small>`}`;
    const values = metrics.surfaces.map(({ surface }) => {
      const cell = bySurface.get(`${id}\n${surface}`);
      if (cell === undefined || cell.n === 0) return '–';
      const told = `${cell.k}/${cell.n}`;
      return each ? linked(told, evidence.href({ surface, promptId: id })) : told;
    });
    return { id: `p${index + 1}`, cells: [label, ...values] };
  });
  const columns = [
    { head: 'Prompt' },
    ...metrics.surfaces.map(({ surface }) => ({ head: surfaceTitle(surface) })),
  ];
  return table('Answers naming the brand / answers that count; –: none counts', columns, rows, 'grid');
}
