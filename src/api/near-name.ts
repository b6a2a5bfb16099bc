/**
 * The candidate a misspelt name most likely means, or undefined when none is near: at most one edit per three
 * characters (insertion, deletion, substitution, swap), ignoring case and underscores.
 */
export function nearName(name: string, candidates: readonly string[]): string | undefined {
  const wanted = plain(name.slice(0, 64));
  const ranked = candidates
    .map((candidate) => ({ candidate, edits: edits(wanted, plain(candidate)) }))
    .sort((a, b) => a.edits - b.edits);
  const best = ranked[0];
  const allowed = Math.max(1, Math.floor(wanted.length / 3));
  return best !== undefined && best.edits <= allowed ? best.candidate : undefined;
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[_-]/g, '');
}

/** Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours count one each. */
function edits(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const next = [row];
    for (let column = 1; column <= to.length; column++) {
      const substitution = at(last, column - 1) + (from[row - 1] === to[column - 1] ? 0 : 1);
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      const swap = swapped ? at(beforeLast, column - 2) + 1 : Number.POSITIVE_INFINITY;
      next.push(Math.min(substitution, at(last, column) + 1, at(next, column - 1) + 1, swap));
    }
    [beforeLast, last] = [last, next];
  }
  return at(last, to.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
