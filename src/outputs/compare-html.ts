import type { ComparedFigure, Comparison, PeriodShare, Verdict } from '../measure/compare-reports.ts';
import type { Drift } from '../measure/drift.ts';
import type { Interval } from '../measure/wilson.ts';
import { chartBlock, linked, section, table } from './blocks.ts';
import { differenceChart } from './difference-chart.ts';
import { html, Markup, name, type Part, safeHref } from './markup.ts';
import { REPORT_CSP } from './report-csp.ts';
import { REPORT_STYLE } from './report-style.ts';
import { count, headline, moment, number, surfaceTitle } from './wording.ts';

/** One of the two reports: what it is called, when it was completed, where its observations are. */
export interface ComparedSide {
  title: string;
  /** ISO 8601; null: unknown. */
  at: string | null;
  /** Address of its observations; null: there is none outside. */
  observations: string | null;
}

export interface ComparisonInput {
  comparison: Comparison;
  before: ComparedSide;
  after: ComparedSide;
}

/**
 * Two reports side by side as one HTML file that needs nothing else, as `reportHtml`. Every count leads to the
 * observations of its report. Pure: the same input gives the same bytes.
 */
export function comparisonHtml(input: ComparisonInput): string {
  const { comparison, before, after } = input;
  const { prompts, surfaces, tests } = comparison;
  const left =
    prompts.onlyBefore + prompts.onlyAfter + surfaces.onlyBefore.length + surfaces.onlyAfter.length;
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${REPORT_CSP}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer"><meta name="robots" content="noindex, nofollow"><meta name="color-scheme" content="light dark">
<title>${before.title} and ${after.title} compared</title>
<style>${new Markup(REPORT_STYLE)}</style></head>
<body><header class="top"><h1>What changed between two reports</h1>
<p class="soft">Before: <bdi>${before.title}</bdi>, completed ${moment(before.at)}. After: <bdi>${after.title}</bdi>, completed ${moment(after.at)}.</p></header>
<main>${section(
    'basis',
    'What is compared',
    html`<p>${count(prompts.common)} prompts on ${surfaces.common.map(surfaceTitle).join(', ')}, asked in both. Each prompt on each surface is paired with itself; what counts in only one of the reports is left out. Both were read under the brand as it is now.</p>`,
    left > 0 &&
      html`<p class="soft">Not compared: ${count(prompts.onlyBefore)} prompts asked only before and ${count(prompts.onlyAfter)} only after; surfaces only before: ${surfaces.onlyBefore.map(surfaceTitle).join(', ') || 'none'}, only after: ${surfaces.onlyAfter.map(surfaceTitle).join(', ') || 'none'}.</p>`,
    html`<p>${count(tests)} figures are tested. Of those said to have changed at most one in ten is expected to be chance (Benjamini and Hochberg). “No change shown” is not “no change”. No cause is claimed.</p>`,
  )}${metricSection('presence', 'Presence', input)}${metricSection('citation_presence', 'Citation presence', input)}${driftSection(comparison)}</main>
<footer><p>By Capture Fleet; ${comparison.version}. <a href="/docs/method#compare">How it is reckoned</a>.</p></footer></body></html>
`.text;
}

const VERDICTS: Readonly<Record<Verdict, string>> = {
  changed: 'changed',
  within_noise: 'within noise',
  not_shown: 'no change shown',
  not_measured: 'not measured',
};

function metricSection(metric: ComparedFigure['metric'], title: string, input: ComparisonInput): Markup {
  const figures = input.comparison.figures.filter((own) => own.metric === metric);
  const overall = figures.filter(({ surface }) => surface === null);
  const rows = overall.slice(0, DRAWN).flatMap(({ brand, own, difference, noiseFloor, verdict }) =>
    difference.value === null
      ? []
      : [
          {
            ...{ label: brand, own, value: difference.value, interval: difference.interval },
            ...{ noise: noiseFloor, note: `${points(difference.value)}, ${VERDICTS[verdict]}` },
          },
        ],
  );
  const told = table('Points are percentage points, after less before', COLUMNS, figures.map(rowOf(input)));
  return section(
    metric,
    title,
    rows.length === 0
      ? told
      : chartBlock({
          id: `chart-${metric}`,
          title: `${title}: after less before, all shared surfaces`,
          legend: html`<ul class="legend"><li><i class="line" style="background:var(--own)"></i>95 %, from ten prompts on</li>${metric === 'presence' && html`<li><i style="background:var(--ghost);opacity:.35"></i>within noise (own brand)</li>`}</ul>`,
          chart: differenceChart(rows, {
            label: `Change of ${title.toLowerCase()} by brand`,
            description: 'A dot per brand left or right of no change; the table below has every number.',
          }),
          table: told,
        }),
  );
}

/** Brands drawn; the tables have all of them. */
const DRAWN = 12;

const COLUMNS = [
  { head: 'Brand, all shared surfaces; each surface' },
  { head: 'Before', numeric: true },
  { head: 'After', numeric: true },
  { head: 'Difference', numeric: true },
  { head: '95 %', numeric: true },
  { head: 'p', numeric: true },
  { head: 'Noise floor', numeric: true },
  { head: 'Verdict' },
];

const rowOf =
  ({ before, after }: ComparisonInput) =>
  (figure: ComparedFigure) => {
    const { difference, noiseFloor, surface, verdict, own } = figure;
    const cells: Part[] = [
      surface === null ? name(figure.brand) : html`<small>${surfaceTitle(surface)}</small>`,
      ...[shareCell(figure.before, before.observations), shareCell(figure.after, after.observations)],
      ...[
        difference.value === null ? 'not measured' : points(difference.value),
        pointRange(difference.interval),
      ],
      difference.pValue === null ? '–' : number(difference.pValue, 4),
      noiseFloor === null ? '–' : `±${number(noiseFloor * 100, 1)}`,
      VERDICTS[verdict],
    ];
    return { own: own && surface === null, cells };
  };

function shareCell({ k, n, value }: PeriodShare, href: string | null): Markup {
  const figure = { k, n, value, ciThese: null, ciCategory: null, excluded: {}, method: '', reason: null };
  const beside = value !== null && n >= 10 && html` <small>${count(k)} of ${count(n)}</small>`;
  return html`${linked(headline(figure), safeHref(href))}${beside}`;
}

function driftSection({ drift, orderDrift }: Comparison): Markup {
  return section(
    'drift',
    'Drift of sources',
    driftTable('Whether answers cite other domains than before', '1 − Jaccard of cited domains', drift),
    driftTable(
      'Whether they cite them in another order',
      '1 − rank-biased overlap of cited domains',
      orderDrift,
    ),
  );
}

function driftTable(caption: string, distance: string, drift: Drift): Markup {
  const { between, within, value, interval, changed, prompts } = drift;
  const columns = [{ head: 'Measure' }, { head: 'Value', numeric: true }, { head: 'What it says' }];
  const told = (own: number | null): string => (own === null ? 'not measured' : number(own, 3));
  const says =
    changed === null
      ? 'an interval needs ten prompts and twenty pairs of replicates'
      : changed
        ? 'the interval lies above 0: answers rest on other sources than before'
        : 'the interval holds 0 or less: the replicates of one report differ as much';
  const rows = [
    ['Between the reports', told(between.value), `${distance}, ${count(between.n)} pairs across`],
    ['Within a report', told(within.value), `the same, ${count(within.n)} pairs of replicates`],
    ['Drift', told(value), `between less within, mean of ${count(prompts)} prompts`],
    [
      'its 95 % interval',
      interval === null ? '–' : `${number(interval.low, 3)} to ${number(interval.high, 3)}`,
      says,
    ],
  ];
  return table(
    caption,
    columns,
    rows.map((cells) => ({ cells })),
  );
}

/** `+12.5 points`. */
function points(difference: number): string {
  const told = number(difference * 100, 1);
  return `${difference > 0 && told !== '0' ? '+' : ''}${told} points`;
}

function pointRange(interval: Interval | null): string {
  if (interval === null) return '–';
  return `${number(interval.low * 100, 1)} to ${number(interval.high * 100, 1)}`;
}
