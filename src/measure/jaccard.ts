/** 1 − |a ∩ b| / |a ∪ b|: 0 for equal sets, 1 for disjoint ones. Two empty sets are equal. */
export function jaccardDistance<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): number {
  let shared = 0;
  for (const item of a) if (b.has(item)) shared++;
  const union = a.size + b.size - shared;
  return union === 0 ? 0 : 1 - shared / union;
}
