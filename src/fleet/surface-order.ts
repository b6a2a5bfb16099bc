import type { FleetSurface } from '../contract/surface-name.ts';

/** Surfaces take turns, so that a long queue of one does not starve another; one that woke us comes first. Pure. */
export function surfaceOrder(
  names: readonly FleetSurface[],
  turn: number,
  hint: string | undefined,
): FleetSurface[] {
  const order = names
    .map((_name, index) => names[(turn + index) % names.length])
    .filter((name) => name !== undefined);
  return order.sort((a, b) => Number(b === hint) - Number(a === hint));
}
