import type { Figure } from '../measure/figure.ts';
import type { BrandMetrics, PresenceSlice, Quality, ReportMetrics } from '../measure/report-metrics.ts';
import type { Evidence } from './evidence.ts';
import { html, type Markup, name, type Part } from './markup.ts';
import {
  besideHeadline,
  count,
  headline,
  number,
  percent,
  range,
  reasonWords,
  surfaceTitle,
} from './wording.ts';

/** The brand a report is about: the own one, else the first. */
export function subjectOf(metrics: ReportMetrics): BrandMetrics | undefined {
  return metrics.brands.find(({ own }) => own) ?? metrics.brands[0];
}

/** What to know in half a minute: state of the data, four headline figures, what may be said and what not. */
export function briefSection(metrics: ReportMetrics, evidence: Evidence): Markup {
  const subject = subjectOf(metrics);
  return html`<section><h2 id="brief">In brief</h2>
${stateOf(metrics)}${metrics.failureReason !== null && html`<div class="note poor-edge"><strong>This report has no figures.</strong> ${metrics.failureReason}.</div>`}
${subject !== undefined && cards(subject, evidence)}
${subject !== undefined && readings(subject, metrics)}
${warnings(metrics)}</section>
`;
}

const QUALITY: Readonly<Record<Quality, readonly [css: string, words: string]>> = {
  ok: ['good', 'Data complete'],
  bounded: ['fair', 'Some captures missing: bounds given'],
  insufficient: ['poor', 'Too many captures missing: nothing may be claimed'],
};

/** The state of the data in words and a colour class. */
function qualityBadge(quality: Quality): Markup {
  const [css, words] = QUALITY[quality];
  return html`<span class="badge ${css}">${words}</span>`;
}

const TIERS = {
  exploratory: ['poor', 'Exploratory'],
  directional: ['fair', 'Directional'],
  decision_grade: ['good', 'Decision grade'],
} as const;

function stateOf({ quality, methodology, asked, eligible, completeness }: ReportMetrics): Markup {
  const { tier, failed } = methodology.tier;
  const [css, words] = TIERS[tier];
  return html`<div class="state">${qualityBadge(quality)}<span class="badge ${css}">${words}</span></div>
<p><a href="#observations">${count(eligible)} answers of ${count(asked)} captures</a>; ${percent(completeness)} of the captures saw what their surface shows.</p>
${failed.length > 0 && html`<p class="soft">Short of decision grade; still needed: ${failed.join('; ')}.</p>`}`;
}

function cards(brand: BrandMetrics, evidence: Evidence): Markup {
  const href = evidence.href({ brandId: brand.brandId });
  const { positions } = brand;
  return html`<p>Figures of <strong>${name(brand.name)}</strong>; presence and citation presence are means of the surfaces.</p><div class="cards">
${card('Presence: answers that name the brand', brand.presence, href)}
${card('Citation presence: answers that cite it', brand.citationPresence, href)}
${card('Share of voice: of all brands named', brand.sovPresence, href)}
<div class="card"><h3>Median position when named</h3>${big(positions.median === null ? 'not measured' : number(positions.median, 1), href)}<dl><dt>answers with a mention</dt><dd>${count(positions.n)}</dd><dt>places in a list</dt><dd>${count(positions.fromLists)}</dd></dl></div></div>`;
}

function card(title: string, figure: Figure, href: string | null): Markup {
  const { value, ciThese, ciCategory, reason } = figure;
  return html`<div class="card"><h3>${title}</h3>${big(headline(figure), href)}<small>${besideHeadline(figure)}</small>${
    value !== null && gauge(figure)
  }<dl><dt>these prompts</dt><dd>${range(ciThese)}</dd><dt>questions like these</dt><dd>${range(ciCategory)}</dd></dl>${
    value !== null && reason !== null && html`<p>${reasonWords(reason)}</p>`
  }</div>
`;
}

function big(text: string, href: string | null): Markup {
  return href === null
    ? html`<span class="big">${text}</span>`
    : html`<a class="big" href="${href}">${text}</a>`;
}

/** Both intervals and the value on a line from 0 to 100 %. */
function gauge({ value, ciThese, ciCategory }: Figure): Markup {
  const span = (interval: Figure['ciThese'], height: number, opacity: number): Part =>
    interval !== null &&
    html`<rect x="${number(interval.low * 200)}" y="${7 - height / 2}" width="${number((interval.high - interval.low) * 200)}" height="${height}" fill="var(--own)" fill-opacity="${opacity}"/>`;
  return html`<svg class="gauge" viewBox="0 0 200 14" preserveAspectRatio="none" aria-hidden="true"><rect x="0" y="6.5" width="200" height="1" fill="var(--line)"/>${span(ciCategory, 2, 1)}${span(ciThese, 9, 0.35)}<rect x="${number((value ?? 0) * 197)}" y="0" width="3" height="14" fill="var(--own)"/></svg>`;
}

function readings(brand: BrandMetrics, metrics: ReportMetrics): Markup {
  const parts = [
    surfaceReading(brand),
    rivalReading(brand, metrics),
    ghostReading(brand),
    noiseReading(metrics),
  ];
  const said = parts.filter((part) => part !== null);
  return html`${said.length > 0 && html`<ul>${said.map((part) => html`<li>${part}</li>`)}</ul>`}`;
}

/** Surfaces are told apart only where the intervals of the same prompts do not touch. */
function surfaceReading({ bySurface }: BrandMetrics): Markup | null {
  const measured = bySurface.filter(({ presence }) => presence.value !== null && presence.ciThese !== null);
  const ordered = [...measured].sort((a, b) => (b.presence.value ?? 0) - (a.presence.value ?? 0));
  const most = ordered[0];
  const least = ordered.at(-1);
  if (most === undefined || least === undefined || ordered.length < 2) return null;
  const said = ({ slice, presence }: PresenceSlice): string =>
    `${surfaceTitle(slice)} (${headline(presence)})`;
  return (most.presence.ciThese?.low ?? 0) > (least.presence.ciThese?.high ?? 1)
    ? html`Named most on ${said(most)} and least on ${said(least)}; for these prompts the two differ by more than run noise.`
    : html`Between ${said(most)} and ${said(least)} the intervals overlap: no surface is told apart from the others.`;
}

function rivalReading(brand: BrandMetrics, { brands }: ReportMetrics): Markup | null {
  const rivals = brands.filter((own) => own !== brand && own.presence.value !== null);
  const first = [...rivals].sort((a, b) => (b.presence.value ?? 0) - (a.presence.value ?? 0))[0];
  if (first === undefined || brand.presence.value === null) return null;
  const ahead = (a: Figure, b: Figure): boolean => (a.ciCategory?.low ?? 0) > (b.ciCategory?.high ?? 1);
  const verdict = ahead(first.presence, brand.presence)
    ? 'ahead, also for questions like these'
    : ahead(brand.presence, first.presence)
      ? 'behind, also for questions like these'
      : 'not told apart for questions like these';
  return html`Strongest competitor: ${name(first.name)}, named in ${headline(first.presence)} of the answers against ${headline(brand.presence)}; ${verdict}.`;
}

function ghostReading({ outcomes }: BrandMetrics): Markup | null {
  if (outcomes.n === 0 || outcomes.citedOnly === 0) return null;
  return html`In ${count(outcomes.citedOnly)} of ${count(outcomes.n)} whole answers its pages are cited, but its name is not said.`;
}

function noiseReading({ stability }: ReportMetrics): Markup | null {
  if (stability.noiseFloor === null) return null;
  return html`Presence moves by up to ${number(stability.noiseFloor * 100, 1)} points between runs by chance alone; a smaller change is no change.`;
}

function warnings(metrics: ReportMetrics): Markup {
  const { warnings: told } = metrics;
  return html`<h3 id="warnings">Warnings</h3>${
    told.length === 0
      ? html`<p>None.</p>`
      : html`<div class="note"><ul>${told.map((warning) => html`<li>${warning}.</li>`)}</ul></div>`
  }`;
}
