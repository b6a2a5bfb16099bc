import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { awaitSlot, isUnseated } from '../../../src/fleet/promised-slot.ts';
import { Slots } from '../../../src/fleet/slots.ts';
import { Deadline } from '../../../src/platform/deadline.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A worker with one slot that is about to be given back, and the attempt that it was promised to. */
function promised() {
  const slots = new Slots(1);
  const held = slots.take();
  held.leaves(true);
  return { slots, held, waits: slots.take() };
}

test('given a slot that comes, then the attempt goes on', async () => {
  const { held, waits } = promised();
  const seated = awaitSlot(waits, Deadline.after(60_000));
  held.giveBack();
  await expect(seated).resolves.toBeUndefined();
});

test('given a slot whose proof hangs, then the attempt gives up in time for its child to run elsewhere', async () => {
  const seated = awaitSlot(promised().waits, Deadline.after(60_000)).catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(isUnseated(await seated)).toBe(true);
});

test('given a drain, then who waits for a slot is called off at once, and not as one whose slot was late', async () => {
  const { slots, waits } = promised();
  const seated = awaitSlot(waits, Deadline.after(60_000)).catch((error: unknown) => error);
  slots.close();
  expect(await seated).toMatchObject({ code: 'DRAINING' });
  expect(isUnseated(await seated)).toBe(false);
});
