import { FleetError } from '../contract/errors.ts';
import { type Deadline, DeadlineError } from '../platform/deadline.ts';
import type { Slot } from './slots.ts';

const PHASE = 'slot';
/** A slot that was promised comes as soon as a proof is taken; where it does not, another worker may have the child. */
const PROMISED_MS = 3_000;

/** Waits for a slot. Throws DRAINING when it will never come, DEADLINE_EXCEEDED when it is late (`isUnseated`). */
export async function awaitSlot(slot: Slot, deadline: Deadline): Promise<void> {
  if (!(await deadline.run(PHASE, () => slot.ready, { budgetMs: PROMISED_MS }))) throw drained();
}

/** Whether an attempt ended because its slot did not come. */
export function isUnseated(error: unknown): boolean {
  return error instanceof DeadlineError && error.phase === PHASE;
}

/** Why attempts are called off at a drain. */
export function drained(): FleetError {
  return new FleetError('DRAINING', 'the worker stops');
}
