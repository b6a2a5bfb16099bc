import type { BrandMetrics, ReportMetrics } from '../measure/report-metrics.ts';
import { bandChart } from './band-chart.ts';
import { chartBlock, figureCell, linked, section, table } from './blocks.ts';
import type { Evidence } from './evidence.ts';
import { html, type Markup, name } from './markup.ts';
import { count, headline, number, percent, range } from './wording.ts';

/** How much answers to the same question differ, and how large a change must be to be one. */
export function stabilitySection(brand: BrandMetrics, metrics: ReportMetrics, evidence: Evidence): Markup {
  const { noiseFloor } = metrics.stability;
  const columns = [{ head: 'Measure' }, { head: 'Value', numeric: true }, { head: 'What it says' }];
  const told = table('Stability', columns, stabilityRows(metrics, evidence));
  return section(
    'stability',
    'Stability and noise',
    html`<p>The same question asked again gives another answer. What lies inside the band cannot be told from that.</p>`,
    brand.presence.value === null || noiseFloor === null
      ? told
      : chartBlock({
          id: 'chart-noise',
          title: `Presence of ${brand.name} with its noise band`,
          chart: bandChart(
            {
              value: brand.presence.value,
              band: noiseFloor,
              note: `${percent(brand.presence.value)} ± ${number(noiseFloor * 100, 1)} points`,
            },
            {
              label: 'Presence and noise band',
              description: 'A dot with the band that chance alone fills; the table below has every number.',
            },
          ),
          table: told,
        }),
    figureNote(brand, evidence),
  );
}

function stabilityRows({ stability }: ReportMetrics, evidence: Evidence): Parameters<typeof table>[2] {
  const { noiseFloor, icc, withinDistance, pairs, undefinedPairs } = stability;
  const all = evidence.href({});
  return [
    {
      cells: [
        'Difference of cited domains within a cell',
        withinDistance.value === null ? headline(withinDistance) : linked(number(withinDistance.value), all),
        `mean of 1 − Jaccard over ${count(pairs)} pairs of replicates; 0: always the same domains, 1: never a shared one; ${count(undefinedPairs)} pairs that cite nothing are left out`,
      ],
    },
    {
      cells: [
        'its 95 % interval',
        range(withinDistance.ciCategory),
        'for questions like these; from 20 pairs and 10 prompts on',
      ],
    },
    {
      cells: [
        'Noise floor of presence',
        noiseFloor === null ? 'not measured' : linked(`±${number(noiseFloor * 100, 1)} points`, all),
        'random halves of the same captures differ by no more in 95 of 100 cases; a smaller change is within noise',
      ],
    },
    {
      cells: [
        'Agreement of replicates',
        icc === null ? 'not measured' : linked(number(icc), all),
        'intra-class correlation of presence: 1: a prompt always gives the same, 0: replicates are independent',
      ],
    },
  ];
}

function figureNote({ brandId, name: label, presence }: BrandMetrics, evidence: Evidence): Markup {
  return html`<p class="soft">Presence of ${name(label)}: ${figureCell(presence, evidence.href({ brandId }))}.</p>`;
}
