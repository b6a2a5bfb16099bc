import type { Round } from './contest.ts';
import type { ProcessKind } from './kind-cpu.ts';

const MB = 1024 * 1024;

/** A contestant over all its rounds. */
export interface Standing {
  name: string;
  captures: number;
  failed: number;
  perMinute: number;
  cpuSPerCapture: number;
  peakMb: number;
  memory: 'pss' | 'rss';
}

/** Sums up rounds: captures by all the time they took, CPU by all captures, the highest memory. Pure. */
export function standing(name: string, rounds: readonly Round[]): Standing {
  const sum = (of: (round: Round) => number): number => rounds.reduce((total, round) => total + of(round), 0);
  const captures = sum((round) => round.captures);
  return {
    name,
    captures,
    failed: sum((round) => round.failed),
    perMinute: Math.round((captures / sum((round) => round.wallS)) * 600) / 10,
    cpuSPerCapture: Math.round((sum((round) => round.cpuS) / captures) * 1_000) / 1_000,
    peakMb: Math.round(Math.max(...rounds.map((round) => round.peakBytes)) / MB),
    memory: rounds.some((round) => round.memoryKind === 'rss') ? 'rss' : 'pss',
  };
}

/** Where the CPU of a capture went, ms by kind of process, one line per contestant. Pure. */
export function profileTable(rounds: ReadonlyMap<string, readonly Round[]>): string {
  const kinds: ProcessKind[] = ['node', 'renderer', 'browser', 'gpu', 'network', 'postgres', 'other'];
  const rows = [...rounds].map(([name, all]) => {
    const captures = all.reduce((sum, round) => sum + round.captures, 0);
    const per = (kind: ProcessKind): number =>
      Math.round((all.reduce((sum, round) => sum + (round.cpuByKind[kind] ?? 0), 0) / captures) * 1_000);
    return [name, ...kinds.map((kind) => `${per(kind)}`)];
  });
  return aligned([['CPU ms/capture', ...kinds], ...rows]);
}

/** Standings as a table for people, each with its ratio to the last line. Pure. */
export function contestTable(standings: readonly Standing[]): string {
  const base = standings.at(-1);
  const rows = standings.map((one) => [
    one.name,
    `${one.perMinute}`,
    base === undefined ? '' : (one.perMinute / base.perMinute).toFixed(2),
    one.cpuSPerCapture.toFixed(2),
    base === undefined ? '' : (one.cpuSPerCapture / base.cpuSPerCapture).toFixed(2),
    `${one.peakMb} (${one.memory})`,
    `${one.failed}`,
  ]);
  const head = ['', 'captures/min', '× bare', 'CPU s/capture', '× bare', 'peak MB', 'failed'];
  return aligned([head, ...rows]);
}

/** The first column to the left, the others to the right. */
function aligned(table: readonly (readonly string[])[]): string {
  const widths = (table[0] ?? []).map((_title, at) => Math.max(...table.map((row) => row[at]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join('  ');
  return table.map(line).join('\n');
}
