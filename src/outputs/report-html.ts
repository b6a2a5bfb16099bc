import type { Observation } from '../measure/observation.ts';
import type { ReportMetrics } from '../measure/report-metrics.ts';
import type { SequentialRun } from '../measure/sequential.ts';
import type { TrendPoint } from '../measure/trend.ts';
import { Evidence, type ReportLinks } from './evidence.ts';
import { html, Markup, name } from './markup.ts';
import { REPORT_CSP } from './report-csp.ts';
import { REPORT_STYLE } from './report-style.ts';
import { brandsSection } from './section-brands.ts';
import { briefSection, subjectOf } from './section-brief.ts';
import { citationsSection } from './section-citations.ts';
import { indexSection } from './section-index.ts';
import { looksBlock } from './section-looks.ts';
import { matrixSection } from './section-matrix.ts';
import { methodSections } from './section-method.ts';
import { observationsSection } from './section-observations.ts';
import { presenceSection } from './section-presence.ts';
import { promptsSection } from './section-prompts.ts';
import { type AnswerSentiment, sentimentSection } from './section-sentiment.ts';
import { stabilitySection } from './section-stability.ts';
import { standingSection } from './section-standing.ts';
import { trendSection } from './section-trend.ts';
import { factsSection, quotesSection, suggestionsSection } from './section-words.ts';
import { count, moment, surfaceTitle } from './wording.ts';

export type { ObservationSlice, ReportLinks } from './evidence.ts';
export type { AnswerSentiment } from './section-sentiment.ts';

export interface ReportInput {
  title: string;
  metrics: ReportMetrics;
  /** All that `metrics` were made of. */
  observations: readonly Observation[];
  links: ReportLinks;
  /** Earlier reports of the brand with the same prompts on the same surfaces, the oldest first. */
  history?: readonly TrendPoint[];
  /** Of a report that added replicates until it was exact enough. */
  sequential?: SequentialRun;
  /** Labels of a language model, where one was configured; they have a section of their own and are in no figure. */
  sentiments?: readonly AnswerSentiment[];
  /** ISO 8601; when the report was made, not when it is rendered. */
  generatedAt: string;
}

/**
 * A report as one HTML file that needs nothing else: no script, no reference to load, both themes and A4. Every number
 * leads to its observations: in the file up to `IN_FILE` of them, else through `links.observations`; each observation
 * to its screenshot and proof. Pure: the same input gives the same bytes. Loading this module loads the charts (0.3 s):
 * commands that seldom need it import it when they do.
 */
export function reportHtml(input: ReportInput): string {
  const { title, metrics, observations, links, history = [], sentiments = [] } = input;
  const { sequential, generatedAt } = input;
  const evidence = new Evidence(metrics, observations, links);
  const brand = subjectOf(metrics);
  const figures =
    brand !== undefined &&
    metrics.failureReason === null &&
    html`${presenceSection(brand, metrics, evidence)}${brandsSection(metrics, evidence)}${matrixSection(brand, metrics, observations, evidence)}${citationsSection(metrics, evidence)}${promptsSection(brand, metrics, evidence)}${standingSection(brand, metrics, evidence)}${stabilitySection(brand, metrics, evidence)}${sequential !== undefined && looksBlock(sequential, evidence)}${trendSection(brand, { metrics, observations, history, generatedAt }, evidence)}${quotesSection(brand, evidence)}${sentimentSection(brand.name, sentiments, metrics, evidence)}${factsSection(brand, evidence)}${suggestionsSection(metrics, evidence)}`;
  const labelled = figures !== false && sentiments.length > 0;
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${REPORT_CSP}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer"><meta name="robots" content="noindex, nofollow"><meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${new Markup(REPORT_STYLE)}</style></head>
<body><header class="top">${heading(title, metrics)}${contents(figures !== false, labelled)}</header>
<main>${briefSection(metrics, evidence)}${figures}${figures === false && failedPrompts(metrics)}${methodSections(metrics, labelled)}${indexSection(metrics, observations, evidence)}${observationsSection(brand, observations, evidence)}</main>
<footer><p>Made ${moment(generatedAt)} from ${count(metrics.asked)} captures by Capture Fleet; definitions ${metrics.version}; observations <code>${metrics.inputHash}</code>.</p></footer>
</body></html>
`;
  return page.text;
}

function heading(title: string, { methodology, surfaces, prompts, brands }: ReportMetrics): Markup {
  const { first, last } = methodology.window;
  const own = brands.filter((brand) => brand.own);
  const rivals = brands.filter((brand) => !brand.own);
  return html`<h1><bdi>${title}</bdi></h1>
<p class="soft">${own.length > 0 && html`${own.map((brand) => html`<strong>${name(brand.name)}</strong> `)}`}${rivals.length > 0 && html`beside ${count(rivals.length)} competitor${rivals.length > 1 && 's'}. `}${count(prompts.length)} prompts on ${surfaces.map(({ surface }) => surfaceTitle(surface)).join(', ')}. Captured ${moment(first)} to ${moment(last)}.</p>`;
}

/** A report without figures still says what was asked. */
function failedPrompts({ prompts }: ReportMetrics): Markup {
  return html`<section><h2 id="prompts">Prompts</h2><ul>${prompts.map(
    ({ text }, index) => html`<li id="p${index + 1}"><bdi>${text}</bdi></li>`,
  )}</ul></section>
`;
}

function contents(withFigures: boolean, labelled: boolean): Markup {
  const figures = [
    ['presence', 'Presence'],
    ['brands', 'Brands'],
    ['matrix', 'Matrix'],
    ['citations', 'Citations'],
    ['prompts', 'Prompts'],
    ['position', 'Position'],
    ['stability', 'Stability'],
    ['trend', 'Trend'],
    ['quotes', 'Quotes'],
    ...(labelled ? [['sentiment', 'Sentiment'] as const] : []),
    ['facts', 'Facts'],
    ['suggestions', 'Suggestions'],
  ] as const;
  const always = [
    ['methodology', 'Methodology'],
    ['not-claimed', 'Not claimed'],
    ['observations', 'Observations'],
  ] as const;
  const entries = [['brief', 'In brief'] as const, ...(withFigures ? figures : []), ...always];
  return html`<nav aria-label="Contents"><ul>${entries.map(([id, words]) => html`<li><a href="#${id}">${words}</a></li>`)}</ul></nav>`;
}
