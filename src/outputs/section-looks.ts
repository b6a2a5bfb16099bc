import type { SequentialRun, SurfaceLook } from '../measure/sequential.ts';
import { linked, table } from './blocks.ts';
import type { Evidence } from './evidence.ts';
import { html, type Markup } from './markup.ts';
import { number, percent, range, surfaceTitle } from './wording.ts';

const STOPPED: Readonly<Record<string, string>> = {
  reached: 'every surface was exact enough',
  most_replicates: 'the most replicates allowed were made',
  insufficient_credits: 'the account had no credits for more',
  refused: 'the account could not have more captures under way',
};

/** When a report that adds replicates looked, what it saw, and why it stopped. */
export function looksBlock({ looks, stopped, stopping }: SequentialRun, evidence: Evidence): Markup {
  const columns = [
    { head: 'Surface' },
    { head: 'Replicates', numeric: true },
    { head: 'Presence', numeric: true },
    { head: 'Interval of looks', numeric: true },
    { head: 'Exact enough' },
  ];
  const rows = looks.flatMap(({ replicates, surfaces }) =>
    surfaces.map((own) => ({ cells: cellsOf(own, replicates, evidence) })),
  );
  const why = stopped === null ? '' : ` It stopped because ${STOPPED[stopped] ?? stopped}.`;
  return html`<h3 id="looks">Replicates until exact enough</h3><p>Replicates were added until presence on a surface was known to ±${number(stopping.halfWidth * 100, 1)} points for these prompts, at most ${stopping.max}.${why} Never because a difference was significant. The interval of looks is 99 % wide, since looking up to five times shares the error; intervals elsewhere in this report are the usual ones and take no account of that.</p>
${table('Looks in their order', columns, rows)}`;
}

function cellsOf(
  { surface, k, n, value, interval, reached }: SurfaceLook,
  replicates: number,
  evidence: Evidence,
) {
  const told = value === null ? 'not measured' : html`${percent(value)} <small>${k} of ${n}</small>`;
  return [
    ...[surfaceTitle(surface), replicates, linked(told, evidence.href({ surface })), range(interval)],
    reached ? 'yes' : 'no',
  ];
}
