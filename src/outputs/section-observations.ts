import type { Observation } from '../measure/observation.ts';
import type { BrandMetrics } from '../measure/report-metrics.ts';
import { section, table } from './blocks.ts';
import { type Evidence, inOrder } from './evidence.ts';
import { html, type Markup, name } from './markup.ts';
import { count, moment, outcomeWords, surfaceTitle } from './wording.ts';

/** Every capture with its proof, or where they can be read when there are too many for a file. */
export function observationsSection(
  brand: BrandMetrics | undefined,
  observations: readonly Observation[],
  evidence: Evidence,
): Markup {
  const groups = [...Map.groupBy(inOrder(observations), ({ surface }) => surface)];
  if (!evidence.inFile) return outside(groups, evidence);
  return section(
    'observations',
    'Observations',
    html`<p>One row per capture, with what was seen and its proof. Numbers above lead here.</p>`,
    groups.map(([surface, group]) => surfaceTable(surface, group, brand, evidence)),
  );
}

function outside(groups: readonly (readonly [string, readonly Observation[]])[], evidence: Evidence): Markup {
  const columns = [{ head: 'Surface' }, { head: 'Captures', numeric: true }, { head: 'Where' }];
  const rows = groups.map(([surface, group]) => {
    const href = evidence.href({ surface });
    const where = href === null ? 'in observations.csv' : html`<a href="${href}">observations</a>`;
    return { cells: [surfaceTitle(surface), count(group.length), where] };
  });
  return section(
    'observations',
    'Observations',
    html`<p>There are too many for one file. Each number above leads to its observations, each of them to its screenshot and proof.</p>`,
    table('Observations by surface', columns, rows),
  );
}

function surfaceTable(
  surface: string,
  group: readonly Observation[],
  brand: BrandMetrics | undefined,
  evidence: Evidence,
): Markup {
  const cells = [...Map.groupBy(group, ({ promptId }) => promptId)];
  return html`<h3 id="o-${surface}">${surfaceTitle(surface)}: ${count(group.length)} captures</h3>
<div class="scroll" tabindex="0" role="region" aria-label="Observations of ${surfaceTitle(surface)}"><table><thead><tr><th scope="col">No.</th><th scope="col">Prompt</th><th scope="col">Region</th><th scope="col">Captured</th><th scope="col">Outcome</th><th scope="col">${brand === undefined ? 'Brand' : name(brand.name)}</th><th scope="col">Sources</th><th scope="col">Evidence</th></tr></thead>
${cells.map(
  ([
    promptId,
    rows,
  ]) => html`<tbody id="o-${surface}-p${evidence.promptNumber(promptId) ?? 0}">${rows.map((row) => observationRow(row, brand, evidence))}</tbody>
`,
)}</table></div>`;
}

function observationRow(own: Observation, brand: BrandMetrics | undefined, evidence: Evidence): Markup {
  const place = evidence.numberOf(own.id) ?? 0;
  const prompt = evidence.promptNumber(own.promptId) ?? 0;
  const cited = own.sources.filter((source) => source.cited).length;
  return html`<tr id="o${place}"><td>${place}</td><td><a href="#p${prompt}">P${prompt}</a></td><td>${own.region}${!own.regionHonoured && html` <small>not honoured</small>`}</td><td>${own.capturedAt === null ? '–' : moment(own.capturedAt)}</td><td>${outcomeWords(own.outcome)}</td><td>${brand !== undefined && standing(own, brand.brandId)}</td><td>${cited} cited</td><td>${proofLinks(own, evidence)}</td></tr>
`;
}

/** What the answer does with the brand, in a word or two. */
function standing({ mentions, sources, outcome }: Observation, brandId: string): string {
  if (!outcome.startsWith('answered')) return '–';
  const times = mentions.filter(
    (mention) => mention.brandId === brandId && mention.kind === 'mention',
  ).length;
  const cites = sources.some((source) => source.cited && source.brandId === brandId);
  const said = times === 0 ? (cites ? '' : 'not named') : times === 1 ? 'named' : `named ${times} times`;
  return [said, cites ? 'cited' : ''].filter((part) => part !== '').join(', ');
}

function proofLinks(own: Observation, evidence: Evidence): Markup {
  const link = (href: string | null, words: string): Markup =>
    href === null ? html`<small>no ${words}</small>` : html`<a href="${href}">${words}</a>`;
  return html`${link(evidence.screenshot(own), 'screenshot')} ${link(evidence.proof(own), 'proof')}`;
}
