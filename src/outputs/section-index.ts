import type { Observation, SeenSource } from '../measure/observation.ts';
import type { BrandMetrics, ReportMetrics } from '../measure/report-metrics.ts';
import { dayOf } from '../measure/trend.ts';
import { type Evidence, inOrder, type ObservationSlice, SHOWN_SOURCES } from './evidence.ts';
import { html, type Markup, name } from './markup.ts';
import { surfaceTitle } from './wording.ts';

/** Which observations stand behind a brand, a domain, a page or a region. Only where the observations are in the file. */
export function indexSection(
  metrics: ReportMetrics,
  observations: readonly Observation[],
  evidence: Evidence,
): Markup | null {
  if (!evidence.inFile) return null;
  const ordered = inOrder(observations);
  const entry = (slice: ObservationSlice, label: string, found: readonly Observation[]): Markup =>
    html`<p id="${evidence.anchor(slice)}"><strong><bdi>${label}</bdi></strong> ${numbers(found, evidence)}</p>
`;
  const domains = metrics.domains.slice(0, SHOWN_SOURCES).map(({ key }) => {
    return entry(
      { domain: key },
      key,
      citing(ordered, ({ domain }) => domain === key),
    );
  });
  const pages = metrics.urls.slice(0, SHOWN_SOURCES).map(({ key }) => {
    return entry(
      { url: key },
      key,
      citing(ordered, ({ url }) => url === key),
    );
  });
  const regions = evidence.regions.map((region) => {
    const found = ordered.filter((own) => own.region === region);
    return entry({ region }, region, found);
  });
  const categoryOf = new Map(metrics.prompts.map(({ id, category }) => [id, category]));
  const categories = evidence.categories.map((category) => {
    const found = ordered.filter(({ promptId }) => categoryOf.get(promptId) === category);
    return entry({ category }, category, found);
  });
  const days = evidence.days.map((day) =>
    entry(
      { day },
      day,
      ordered.filter((own) => dayOf(own) === day),
    ),
  );
  return html`<section class="index"><h2 id="index">Which observations</h2>
<p>The observations in which each brand is named or cited, those that cite each of the most cited domains and pages, those of each region, of each category of prompts, and of each day where there are several.</p>
${metrics.brands.map((brand) => brandIndex(brand, ordered, evidence))}
<h3>Domains</h3>${domains}<h3>Pages</h3>${pages}<h3>Regions</h3>${regions}${categories.length > 0 && html`<h3>Categories of prompts</h3>${categories}`}${days.length > 0 && html`<h3>Days</h3>${days}`}</section>
`;
}

function citing(ordered: readonly Observation[], holds: (source: SeenSource) => boolean): Observation[] {
  return ordered.filter(
    ({ outcome, sources }) => outcome === 'answered' && sources.some((own) => own.cited && holds(own)),
  );
}

function brandIndex(
  { brandId, name: label }: BrandMetrics,
  ordered: readonly Observation[],
  evidence: Evidence,
): Markup {
  const bySurface = [...Map.groupBy(ordered, ({ surface }) => surface)];
  const lines = bySurface.map(([surface, group]) => {
    const cited = new Set(citing(group, (source) => source.brandId === brandId));
    const named = group.filter((own) => isNamed(own, brandId));
    const ghosts = [...cited].filter((own) => !isNamed(own, brandId));
    const both = named.filter((own) => cited.has(own));
    const only = named.filter((own) => !cited.has(own));
    return html`<p id="${evidence.anchor({ brandId, surface })}"><a href="#o-${surface}">${surfaceTitle(surface)}</a>: mentioned and cited ${numbers(both, evidence)}; mentioned only ${numbers(only, evidence)}; cited only ${numbers(ghosts, evidence)}</p>
`;
  });
  return html`<div id="${evidence.anchor({ brandId })}"><h3>${name(label)}</h3>
${lines}</div>`;
}

function isNamed({ outcome, mentions }: Observation, brandId: string): boolean {
  return (
    outcome.startsWith('answered') &&
    mentions.some((own) => own.kind === 'mention' && own.brandId === brandId)
  );
}

function numbers(found: readonly Observation[], evidence: Evidence): Markup {
  if (found.length === 0) return html`none`;
  return html`${found.map((own) => {
    const place = evidence.numberOf(own.id) ?? 0;
    return html`<a href="#o${place}">${place}</a> `;
  })}`;
}
