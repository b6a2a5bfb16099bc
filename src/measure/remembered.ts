/** Longer texts are reckoned anew each time: what is remembered stays small. */
const LONGEST = 500;

/** A pure function that remembers what it gave for up to `most` texts, then begins anew: the same URLs come back in tens of thousands of answers. */
export function remembered<T>(reckon: (text: string) => T, most = 20_000): (text: string) => T {
  const known = new Map<string, { value: T }>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before.value;
    const value = reckon(text);
    if (known.size >= most) known.clear();
    if (text.length <= LONGEST) known.set(text, { value });
    return value;
  };
}
