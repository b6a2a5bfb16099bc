import { section, table } from './blocks.ts';
import { NOT_CLAIMED } from './definitions.ts';
import { EVIDENCE } from './evidence-table.ts';
import { html, Markup } from './markup.ts';
import { EXAMPLE_CAPTURES, WORKED_OUTCOMES } from './method-example.ts';
import { FORMULAS, type Formula } from './method-formulas.ts';
import { REPORT_CSP } from './report-csp.ts';
import { REPORT_STYLE } from './report-style.ts';
import { outcomeWords, surfaceTitle } from './wording.ts';

/** The page that says how every figure is made: formulas with a report reckoned by hand, denominators, evidence. Static. */
export function methodPage(): string {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${REPORT_CSP}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<title>How the figures are made</title>
<style>${new Markup(REPORT_STYLE)}</style></head>
<body><header class="top"><h1>How the figures are made</h1>
<p class="soft">Every figure of a report is <code>{k, n, value, ciThese, ciCategory, excluded, method, reason}</code>: counts, value, two 95 % intervals, what was left out and why, the formula's name. What was not measured is null, never 0. The same captures give the same numbers.</p>
<nav aria-label="Contents"><ul>${FORMULAS.map(({ id, title }) => html`<li><a href="#${id}">${title.replace(/ \(.*/, '')}</a></li>`)}<li><a href="#denominators">What counts</a></li><li><a href="#not-claimed">Not claimed</a></li><li><a href="#evidence">Evidence</a></li></ul></nav></header>
<main>${section('example', 'A report small enough to reckon by hand', exampleTable())}
${section('formulas', 'Formulas', FORMULAS.map(formulaBlock))}
${section('denominators', 'What counts for which figure', denominators())}
${section('not-claimed', 'What is not claimed', html`<ul>${NOT_CLAIMED.map((line) => html`<li>${line}</li>`)}</ul>`)}
${section('evidence', 'Evidence behind the page score', evidenceTable())}</main>
<footer><p><a href="/docs">API documentation</a></p></footer></body></html>
`.text;
}

function exampleTable(): Markup {
  const columns = [
    ...[{ head: 'Capture' }, { head: 'Prompt' }, { head: 'Surface' }, { head: 'Outcome' }],
    ...[
      { head: 'Names, in order' },
      { head: 'First mention' },
      { head: 'Place in a list' },
      { head: 'Cites' },
    ],
  ];
  const rows = EXAMPLE_CAPTURES.map(({ prompt, surface, outcome, names, first, rank, cites }, index) => ({
    cells: [
      ...[index + 1, prompt, surfaceTitle(surface), outcomeWords(outcome)],
      names.map((name) => (name === 'a' ? 'Aurora' : 'Borealis')).join(', ') || '–',
      names.length === 0 ? '–' : `${first} of 100`,
      rank ?? '–',
      cites.map((host) => `${host}.com`).join(', ') || '–',
    ],
  }));
  const [both, named, ghost, neither] = WORKED_OUTCOMES;
  return html`<p>Three prompts on two surfaces, each asked twice. The own brand is Aurora (a.com), its competitor Borealis. A test reckons this report with the code and compares every number below with it, to the last digit shown.</p>
${table('The twelve captures', columns, rows)}
<p>Four outcomes of the nine whole answers for Aurora: mentioned and cited ${both} (capture 1), mentioned only ${named} (2, 6, 7), cited only ${ghost} (3), neither ${neither} (4, 8, 10, 11). Places when named: first three times, second once in a list; the median is 1.</p>`;
}

function formulaBlock({ id, title, formula, why, worked }: Formula): Markup {
  return html`<h3 id="${id}">${title}</h3><p><code>${formula}</code></p><p>${why}</p>
<ul>${worked.map(({ steps, result }) => html`<li>${steps} = <strong>${result}</strong></li>`)}</ul>
`;
}

const COUNTS: readonly (readonly [outcome: string, presence: string, citations: string, shown: string])[] = [
  ['answered', 'counted', 'counted', ''],
  ['answered_partially', 'a mention counts; without one left out (truncated)', 'left out', ''],
  ['absent', 'left out; per query a miss', 'left out', 'answer shown ÷ asked'],
  ['declined', 'left out', 'left out', 'own rate: declined'],
  ['challenge, login_wall, throttled', 'left out: missing', 'left out', 'completeness, bounds'],
  [
    'surface_error, timeout, navigation_failed, browser_crashed',
    'left out: missing',
    'left out',
    'completeness, bounds',
  ],
  ['extraction_empty', 'left out: our fault', 'left out', 'completeness, a warning'],
];

function denominators(): Markup {
  const columns = [
    { head: 'Outcome of the capture' },
    { head: 'Presence' },
    { head: 'Citations' },
    { head: 'Shown as' },
  ];
  const rows = COUNTS.map((cells) => ({ cells }));
  return html`${table('Denominators by outcome', columns, rows)}
<p>A capture that was shown another region than asked is left out of the region slices and kept overall. Mentions inside the repeated question, in URLs, code and image texts, and homographs that nothing supports never count; they are listed. Shares are told as “k of n” below ten answers. Decision grade needs 50 prompts, 3 intents, 3 surfaces, 3 replicates, 2 runs (reports with the same prompts on the same surfaces), completeness of 95 % and a half-width of 10 points; what fails is named.</p>`;
}

function evidenceTable(): Markup {
  const columns = [{ head: 'No.' }, { head: 'Finding' }, { head: 'Kind' }, { head: 'Use here' }];
  const rows = EVIDENCE.map(({ id, finding, kind, use }) => ({ cells: [id, finding, kind, use] }));
  return html`<p>Page scores alone do not predict citations (E4). The weights of <code>content-score/1</code> are judgement, ordered by this evidence; how often captured answers cite a page is the truthful figure.</p>
${table('Evidence, compiled 2026-11-22', columns, rows)}`;
}
