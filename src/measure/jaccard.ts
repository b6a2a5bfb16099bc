/** 1 − |a ∩ b| / |a ∪ b|: 0 for equal sets, 1 for disjoint ones. Two empty sets are equal. */
export function jaccardDistance<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): number {
  const shared = [...a].filter((item) => b.has(item)).length;
  const union = a.size + b.size - shared;
  return union === 0 ? 0 : 1 - shared / union;
}
