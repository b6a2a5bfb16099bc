/** A browser that takes captures, as far as choosing one of them goes. */
export interface Seating {
  /** Captures it carries now. */
  open: number;
  /** A page that fits the next capture lies open in it. */
  ahead: boolean;
}

/** So many captures a browser carries while there is a processor for another one (specs/fleet.md 4). */
const SPREAD = 6;
/**
 * And so many at most, once every processor has its browser: one more browser would use no more of the machine, but costs
 * 80 MB and more with the headless shell, 150 MB and more with full Chromium (PSS without pages, 2026-11). Not more than
 * that, because its loss takes all its captures along.
 */
const MOST = 16;

/**
 * Which browser the next capture goes to; `launch` when it needs another one. Browsers are spread over the processors
 * first, the oldest before the younger, so that it wears out and is not left idle; then all are filled evenly. A page
 * opened ahead is used before another is opened. Pure.
 */
export function chooseSeat(browsers: readonly Seating[], processors: number): number | 'launch' {
  const all = [...browsers.entries()].toSorted(([, a], [, b]) => Number(b.ahead) - Number(a.ahead));
  const spread = all.find(([, { open }]) => open < SPREAD);
  if (spread !== undefined) return spread[0];
  if (browsers.length < processors) return 'launch';
  const [emptiest] = all.toSorted(([, a], [, b]) => a.open - b.open);
  return emptiest !== undefined && emptiest[1].open < MOST ? emptiest[0] : 'launch';
}

/** How many more captures a browser takes that carries so many, before another one is preferred. Pure. */
export function roomBeside(open: number): number {
  return open < SPREAD ? SPREAD - open : Math.max(0, MOST - open);
}
