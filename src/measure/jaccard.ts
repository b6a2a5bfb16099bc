/** 1 − |a ∩ b| / |a ∪ b|: 0 for equal sets, 1 for disjoint ones. Two empty sets are equal. */
export function jaccardDistance<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): number {
  const shared = [...a].filter((item) => b.has(item)).length;
  const union = a.size + b.size - shared;
  return union === 0 ? 0 : 1 - shared / union;
}

/** Mean over all pairs of the sets; null for fewer than two, which have no distance. */
export function meanJaccardDistance<T>(sets: readonly ReadonlySet<T>[]): number | null {
  const distances = sets.flatMap((a, index) => sets.slice(index + 1).map((b) => jaccardDistance(a, b)));
  if (distances.length === 0) return null;
  return distances.reduce((sum, distance) => sum + distance, 0) / distances.length;
}
