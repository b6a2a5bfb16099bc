import cliTruncate from 'cli-truncate';
import type { FleetView, WorkerView } from '../fleet/fleet-view.ts';
import { isoTime } from '../platform/clock.ts';
import { describeLane } from './lanes.ts';

const BAR = 12;

/**
 * The screen of `fleet top` for a terminal of `columns`, without any control characters: one line each, cut to fit
 * by the columns that its characters take there (two for 東). With
 * `rows`, no more lines than that: the longest sections are shortened, for a terminal scrolls away what stands first.
 */
export function topScreen(view: FleetView, columns: number, rows = Number.POSITIVE_INFINITY): string[] {
  const slots = sum(view.workers.map((worker) => worker.slots));
  const busy = sum(view.workers.map((worker) => worker.busy));
  const queued = sum(view.queues.map((queue) => queue.queued));
  const ends = sum(view.endsPerMinute.map((end) => end.count));
  const head = `capture fleet  ${isoTime(view.at)}  workers ${view.workers.length}  slots ${busy}/${slots}  queued ${queued}  ended ${ends}/min`;
  const sections = [
    section('WORKERS', view.workers.map(workerLine), 'no worker is running'),
    section(
      'QUEUES',
      view.queues.map(({ surface, queued: waiting, processing, oldestQueuedSeconds }) => {
        const oldest = oldestQueuedSeconds === null ? '' : `  oldest ${span(oldestQueuedSeconds)}`;
        return `${surface.padEnd(20)}  ${waiting} queued  ${processing} running${oldest}`;
      }),
      'nothing waits or runs',
    ),
    section('LANES', view.lanes.map(describeLane), 'no lanes used yet'),
    section('ENDED IN THE LAST MINUTE', endLines(view), 'nothing'),
  ];
  return [head, ...fitting(sections, rows - 1)]
    .slice(0, rows)
    .map((line) => cliTruncate(line.replace(/\p{Cc}/gu, ' '), Math.max(1, columns)));
}

/** Blank, title and one line: what remains of a section at least. */
const SHORTEST = 3;

/** The sections in `rows` lines, the longest cut again and again; what was cut is counted in the section's last line. */
function fitting(sections: readonly (readonly string[])[], rows: number): string[] {
  const lengths = sections.map((lines) => lines.length);
  while (sum(lengths) > rows) {
    const longest = Math.max(...lengths);
    if (longest <= SHORTEST) break;
    lengths[lengths.indexOf(longest)] = longest - 1;
  }
  return sections.flatMap((lines, at) => {
    const length = lengths[at] ?? lines.length;
    if (length === lines.length) return lines;
    return [...lines.slice(0, length - 1), `  … and ${lines.length - length + 1} more`];
  });
}

function section(title: string, lines: readonly string[], none: string): string[] {
  return ['', title, ...(lines.length === 0 ? [none] : lines).map((line) => `  ${line}`)];
}

function workerLine({ id, host, pid, origin, slots, slotLimit, busy, upSeconds }: WorkerView): string {
  const full = slots === 0 ? 0 : Math.min(BAR, Math.round((busy / slots) * BAR));
  const bar = `[${'#'.repeat(full)}${'.'.repeat(BAR - full)}]`;
  return `${bar} ${busy}/${slots}  limit ${slotLimit ?? '?'}  ${host}:${pid}  ${origin}  up ${span(upSeconds)}  ${id}`;
}

function endLines({ endsPerMinute }: FleetView): string[] {
  const bySurface = Map.groupBy(endsPerMinute, ({ surface }) => surface);
  return [...bySurface].map(([surface, ends]) => {
    const told = ends.map(({ end, count }) => `${end} ${count}`).join('  ');
    return `${surface.padEnd(20)}  ${told}`;
  });
}

function span(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  return `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} min`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
