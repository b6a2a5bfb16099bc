/**
 * The candidate a misspelt name most likely means, or undefined when none is near: at most one edit per three
 * characters (insertion, deletion, substitution), ignoring case and underscores.
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

/** Levenshtein distance. */
function edits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1];
    for (let column = 1; column <= to.length; column++) {
      const substitution = (row[column - 1] ?? 0) + (letter === to[column - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
