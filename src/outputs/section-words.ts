import type { BrandMetrics, ReportMetrics } from '../measure/report-metrics.ts';
import { linked, section, table } from './blocks.ts';
import type { Evidence } from './evidence.ts';
import { html, type Markup, name } from './markup.ts';
import { count } from './wording.ts';

/** Where a single observation is read: its row, or outside. */
function observationLink(observationId: string, evidence: Evidence): Markup {
  const place = evidence.numberOf(observationId);
  if (place === undefined) return html`<small>${observationId}</small>`;
  return evidence.inFile
    ? html`<a href="#o${place}">observation ${place}</a>`
    : html`<small>${observationId}</small>`;
}

/** Sentences that name the brand, as they were said. */
export function quotesSection({ name: label, quotes }: BrandMetrics, evidence: Evidence): Markup {
  return section(
    'quotes',
    'In the answers’ own words',
    html`<p>Sentences that name ${name(label)}, verbatim, each from another answer. No mood is read into them: sentiment is not measured.</p>`,
    quotes.length === 0
      ? html`<p>No answer names it in a sentence.</p>`
      : quotes.map(
          ({ observationId, text }) =>
            html`<blockquote><bdi>${text}</bdi> <small>${observationLink(observationId, evidence)}</small></blockquote>
`,
        ),
  );
}

const FACTS = { founded_year: 'Founded', headquarters: 'Headquarters', price: 'Price' } as const;

/** What answers say about declared facts. */
export function factsSection({ factCheck }: BrandMetrics, evidence: Evidence): Markup {
  const columns = [
    { head: 'Fact' },
    { head: 'Declared' },
    { head: 'Sentences that agree', numeric: true },
    { head: 'that contradict', numeric: true },
    { head: 'Examples' },
  ];
  const rows = factCheck.map(({ fact, declared, agrees, contradicts, examples }) => ({
    cells: [
      ...[FACTS[fact], html`<bdi>${declared}</bdi>`, count(agrees), count(contradicts)],
      examples.map(
        ({ verdict, text, observationId }) =>
          html`<p>${verdict === 'agrees' ? 'agrees' : html`<strong>contradicts</strong>`}: “<bdi>${text}</bdi>” ${observationLink(observationId, evidence)}</p>`,
      ),
    ],
  }));
  return section(
    'facts',
    'Fact check',
    rows.length === 0
      ? html`<p>No fact is declared for this brand, or none is spoken of; nothing was checked.</p>`
      : html`<p>Sentences about declared facts, compared by pattern; what is not stated is not counted.</p>${table('Declared facts in answers', columns, rows)}`,
  );
}

/** Names that no brand of the book has: shown, never counted. */
export function suggestionsSection({ suggestions, brands }: ReportMetrics, evidence: Evidence): Markup {
  const siteOf = (id: string | undefined): string => {
    const brand = brands.find(({ brandId }) => brandId === id);
    return brand === undefined ? '' : `; leads to the site of ${brand.name}`;
  };
  const columns = [
    { head: 'Name' },
    { head: 'Domain' },
    { head: 'Captures', numeric: true },
    { head: 'Prompts', numeric: true },
    { head: 'Surfaces', numeric: true },
    { head: 'Seen as' },
  ];
  const rows = suggestions.map(({ name: label, domain, aliasOf, captures, prompts, surfaces, from }) => ({
    cells: [
      ...[
        name(label),
        domain === null ? '–' : linked(domain, evidence.inFile ? null : evidence.href({ domain })),
      ],
      ...[count(captures), count(prompts), count(surfaces), `${from.join(', ')}${siteOf(aliasOf)}`],
    ],
  }));
  return section(
    'suggestions',
    'Perhaps competitors, too',
    html`<p>Names seen in lists, tables, headings and links that no brand of this report has. They are suggestions: none is counted in any figure.</p>`,
    rows.length === 0 ? html`<p>None.</p>` : table('Not counted', columns, rows),
  );
}
