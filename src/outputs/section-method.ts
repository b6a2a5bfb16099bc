import type { Methodology } from '../measure/methodology.ts';
import type { ReportMetrics } from '../measure/report-metrics.ts';
import { section, table } from './blocks.ts';
import { DEFINITIONS, NOT_CLAIMED } from './definitions.ts';
import { html, type Markup, type Part } from './markup.ts';
import { count, excludedWords, moment, number, surfaceTitle } from './wording.ts';

/** How the figures came about, in full, and what is not claimed. */
export function methodSections(metrics: ReportMetrics, labelled: boolean): Markup {
  const { methodology } = metrics;
  return html`${section(
    'methodology',
    'Methodology',
    facts(methodology, metrics, labelled),
    sampleTable(methodology),
    html`<h3>How each figure is made</h3>`,
    table('Formulas', [{ head: 'Figure' }, { head: 'Definition' }, { head: 'Name' }], definitionRows()),
    html`<p>Intervals are 95 %. For shares they are Wilson's with an effective sample size that knows of repeated prompts (design effect from the intra-class correlation, shrunk towards 0.6 while few prompts inform); for ratios of sums a bootstrap over prompts with 2,000 draws, from 20 prompts on; for means Student's t over prompts, from 10 on. Seeded: the same captures give the same numbers.</p>`,
  )}${section(
    'not-claimed',
    'What is not claimed',
    html`<ul>${NOT_CLAIMED.map((line) => html`<li>${line}</li>`)}</ul>`,
  )}`;
}

function definitionRows() {
  return DEFINITIONS.map(({ method, title, text }) => ({
    cells: [title, text, html`<code>${method}</code>`],
  }));
}

function facts(own: Methodology, metrics: ReportMetrics, labelled: boolean): Markup {
  const { queryVolume, collection, replicates, cadence, brandMatching, proof, window } = own;
  const interval = cadence.intervalDays === null ? '' : `, ${number(cadence.intervalDays, 1)} days apart`;
  const regions = collection.regionsAsked.join(', ');
  const rows: readonly (readonly [string, Part])[] = [
    ['Definitions', own.definitionsVersion],
    ['Prompts', `${count(queryVolume.prompts)}; origin: ${origins(own)}`],
    ['by intent', counts(queryVolume.byIntent)],
    ['kinds not asked', own.promptTypeCoverage?.missing.join(', ') || 'none'],
    ['by category', counts(queryVolume.byCategory)],
    ['Captures', `${count(own.sampleSize.asked)} asked, ${count(own.sampleSize.answered)} answered`],
    [
      'Replicates per cell',
      replicates.min === replicates.max ? `${replicates.min}` : `${replicates.min} to ${replicates.max}`,
    ],
    ['Runs of these prompts', `${cadence.runs}${interval}`],
    ['Window', `${moment(window.first)} to ${moment(window.last)}`],
    ['Surfaces captured', own.platformCoverage.captured.map(surfaceTitle).join(', ')],
    ['Not captured', own.platformCoverage.notCaptured.map((other) => other.replaceAll('_', ' ')).join(', ')],
    [
      'How captured',
      'the consumer pages themselves, in real browsers of this fleet; no vendor API, no panel',
    ],
    ['Signed in', counts(collection.loginStates)],
    ['Regions asked for', `${regions}; another one shown in ${count(collection.regionNotHonoured)} captures`],
    ['Adapters', collection.adapters.join(', ')],
    ['Models named by the surfaces', counts(collection.modelLabels)],
    ['Not whole answers', excludedWords(own.exclusions)],
    ['Ambiguous mentions left out', count(brandMatching.ambiguous)],
    ['Terms found in neutral control answers', count(brandMatching.controlHits)],
    ['Declared facts checked', accuracy(own)],
    [
      'Sentiment, persuasion',
      labelled ? 'not measured; labels by a language model are shown apart' : 'not measured',
    ],
    ['Language models used', modelsUsed(own.llmUsed, labelled)],
    ['Brand book', html`<code>${brandMatching.brandBookHash}</code>`],
    ['Observations', html`<code>${metrics.inputHash}</code>`],
    ['Proof', html`${count(proof.count)} files; SHA-256 of their list <code>${proof.manifestSha256}</code>`],
  ];
  return html`<dl class="facts">${rows.map(([term, text]) => html`<dt>${term}</dt><dd>${text}</dd>`)}</dl>`;
}

/** What a language model wrote, if anything. */
function modelsUsed(prompts: boolean, labelled: boolean): string {
  const uses = [...(prompts ? ['to write prompts'] : []), ...(labelled ? ['to label answers'] : [])];
  return uses.length === 0 ? 'none' : `${uses.join(' and ')}, in no figure`;
}

const NO_FACTS = { declaredFacts: 0, agrees: 0, contradicts: 0 };

function accuracy({ accuracyDetection }: Methodology): string {
  const { declaredFacts, agrees, contradicts } = accuracyDetection ?? NO_FACTS;
  if (declaredFacts === 0) return 'none declared';
  return `${count(declaredFacts)}; sentences that agree ${count(agrees)}, that contradict ${count(contradicts)}`;
}

function counts(record: Readonly<Record<string, number>>): string {
  const parts = Object.entries(record).map(([key, times]) => `${key.replaceAll('_', ' ')} ${count(times)}`);
  return parts.length === 0 ? 'none' : parts.join(', ');
}

const ORIGINS = { user: 'given', template: 'from templates', llm: 'from a language model' } as const;

function origins({ queryConstruction }: Methodology): string {
  return Object.entries(ORIGINS)
    .map(
      ([origin, words]) => [queryConstruction.filter((own) => own.origin === origin).length, words] as const,
    )
    .filter(([times]) => times > 0)
    .map(([times, words]) => `${count(times)} ${words}`)
    .join(', ');
}

function sampleTable({ sampleSize }: Methodology): Markup {
  const columns = [
    { head: 'Surface' },
    { head: 'Region' },
    { head: 'Asked', numeric: true },
    { head: 'Answered', numeric: true },
  ];
  const rows = sampleSize.bySurfaceRegion.map(({ surface, region, asked, answered }) => ({
    cells: [surfaceTitle(surface), region, count(asked), count(answered)],
  }));
  return html`<h3>Sample</h3>${table('By surface and region', columns, rows)}`;
}
