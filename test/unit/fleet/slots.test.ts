import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Slot, Slots } from '../../../src/fleet/slots.ts';

/** Whether its slot is there by now. */
async function seated(slot: Slot): Promise<boolean | 'waiting'> {
  return Promise.race([slot.ready, new Promise<'waiting'>((done) => setImmediate(done, 'waiting'))]);
}

test('given a worker whose slots are taken, when one is about to leave, then exactly one more may begin, and waits', async () => {
  const slots = new Slots(2);
  const [first] = [slots.take(), slots.take()];
  expect(slots.mayBegin(2)).toBe(false);
  first.leaves(true);
  expect(slots.mayBegin(2)).toBe(true);
  const next = slots.take();
  expect(slots.mayBegin(2)).toBe(false);
  expect(await seated(next)).toBe('waiting');
  expect([slots.held, slots.promised]).toEqual([2, 1]);

  first.giveBack();
  expect(await seated(next)).toBe(true);
  expect([slots.held, slots.promised]).toEqual([2, 0]);
});

test('given a machine that carries fewer captures than there are slots, then who is promised one of those waits for it', async () => {
  const slots = new Slots(4);
  const [first] = [slots.take(2), slots.take(2)];
  expect(slots.mayBegin(2)).toBe(false);
  first.leaves(true);
  const next = slots.take(2);
  expect(await seated(next)).toBe('waiting');
  first.giveBack();
  expect(await seated(next)).toBe(true);
  expect(slots.held).toBe(2);
});

test('given a promise that is given up, then nothing more is promised of the slot that did not come', () => {
  const slots = new Slots(1);
  const late = slots.take();
  late.leaves(true);
  slots.take().giveBack();
  expect(slots.mayBegin(1)).toBe(false);
  late.giveBack();
  expect(slots.mayBegin(1)).toBe(true);
});

test('given a slot that stays longer than it said, then it is promised to nobody', () => {
  const slots = new Slots(1);
  const slot = slots.take();
  slot.leaves(true);
  slot.leaves(false);
  expect(slots.mayBegin(1)).toBe(false);
});

test('given a drain, then nobody who waits is seated, and what is held stays held', async () => {
  const slots = new Slots(1);
  const held = slots.take();
  held.leaves(true);
  const waits = slots.take();
  slots.close();
  expect(await seated(waits)).toBe(false);
  held.giveBack();
  held.giveBack();
  waits.giveBack();
  expect([slots.held, slots.promised]).toEqual([0, 0]);
});

test('given any course of taking, leaving, staying and giving back, then never more are held than there are, and none is lost', () => {
  const step = fc.record({ what: fc.constantFrom('take', 'leaves', 'stays', 'back'), which: fc.nat(20) });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 60 }), (count, steps) => {
      const slots = new Slots(count);
      const open: Slot[] = [];
      for (const { what, which } of steps) {
        const slot = open[which % Math.max(1, open.length)];
        if (what === 'take') {
          if (slots.mayBegin(count)) open.push(slots.take());
        } else if (slot !== undefined && what === 'back') {
          open.splice(open.indexOf(slot), 1);
          slot.giveBack();
        } else slot?.leaves(what === 'leaves');
        expect(slots.held).toBeLessThanOrEqual(count);
        expect(slots.held + slots.promised).toBe(open.length);
        expect(slots.promised === 0 || slots.held === count).toBe(true);
      }
      for (const slot of open.splice(0)) slot.giveBack();
      expect([slots.held, slots.promised, slots.mayBegin(count)]).toEqual([0, 0, true]);
    }),
  );
});
