import type { Figure } from '../measure/figure.ts';
import { html, type Markup, type Part } from './markup.ts';
import { besideHeadline, headline, range } from './wording.ts';

/** A column of a table: its head, and whether it holds numbers. */
export interface Column {
  head: string;
  numeric?: boolean;
}

export interface Row {
  cells: readonly Part[];
  own?: boolean;
  id?: string;
}

/** A table whose first column heads its rows. */
export function table(caption: string, columns: readonly Column[], rows: readonly Row[], kind = ''): Markup {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table${kind !== '' && html` class="${kind}"`}><caption>${caption}</caption><thead><tr>${columns.map(
    ({ head, numeric }) => html`<th scope="col"${numeric === true && html` class="n"`}>${head}</th>`,
  )}</tr></thead><tbody>
${rows.map((row) => tableRow(row, columns))}</tbody></table></div>`;
}

function tableRow({ cells, own, id }: Row, columns: readonly Column[]): Markup {
  const cell = (part: Part, index: number): Markup => {
    if (index === 0) return html`<th scope="row">${part}</th>`;
    return columns[index]?.numeric === true ? html`<td class="n">${part}</td>` : html`<td>${part}</td>`;
  };
  return html`<tr${own === true && html` class="own"`}${id !== undefined && html` id="${id}"`}>${cells.map(cell)}</tr>
`;
}

/** A chart with its title, what its marks mean, and the table that says the same in numbers. */
export function chartBlock(parts: {
  id: string;
  title: string;
  legend?: Markup;
  chart: Markup;
  table: Markup;
}): Markup {
  return html`<figure id="${parts.id}"><figcaption>${parts.title}</figcaption>${parts.legend}<div class="chart">${parts.chart}</div></figure>
${parts.table}`;
}

/** Names beside their colours. */
export function legend(entries: readonly { name: string; colour: string; line?: boolean }[]): Markup {
  return html`<ul class="legend">${entries.map(
    ({ name, colour, line }) =>
      html`<li><i${line === true && html` class="line"`} style="background:${colour}"></i>${name}</li>`,
  )}</ul>`;
}

/** What the two intervals are, with how they are drawn. */
export const INTERVAL_LEGEND: Markup = html`<ul class="legend"><li><i style="background:var(--own);opacity:.35"></i>95 % for these prompts (for before and after)</li><li><i class="line" style="background:var(--own)"></i>95 % for questions like these (for claims about a category)</li></ul>`;

/** Text that leads to the observations behind it; plain where there is no such place. */
export function linked(content: Part, href: string | null): Markup {
  return href === null ? html`${content}` : html`<a href="${href}">${content}</a>`;
}

/** A figure in a cell: the headline leads to its observations, k of n stands beside it. */
export function figureCell(figure: Figure, href: string | null): Markup {
  const beside = besideHeadline(figure);
  return html`${linked(headline(figure), href)}${beside !== '' && html` <small>${beside}</small>`}`;
}

/** Cells of both intervals. */
export function intervalCells({ ciThese, ciCategory }: Figure): [string, string] {
  return [range(ciThese), range(ciCategory)];
}

/** A section with its anchor. */
export function section(id: string, title: string, ...content: readonly Part[]): Markup {
  return html`<section><h2 id="${id}">${title}</h2>
${content}
</section>
`;
}
