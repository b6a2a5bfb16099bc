import { expect, it } from 'vitest';
import { StreamSchedule } from '../../../src/stage/schedule.ts';

it('given pieces that are sent late, when the next is due, then its pause counts from when the one before was due', () => {
  const schedule = new StreamSchedule(1_000);
  expect(schedule.waitMs({ afterMs: 100 }, 1_000)).toBe(100);
  // Sent 30 ms late: the next is still due at 1 200.
  expect(schedule.waitMs({ afterMs: 100 }, 1_130)).toBe(70);
  // So late that it is overdue: at once, and the one after is due at 1 400.
  expect(schedule.waitMs({ afterMs: 100 }, 1_350)).toBeLessThanOrEqual(0);
  expect(schedule.waitMs({ afterMs: 100 }, 1_350)).toBe(50);
});

it('given a piece without a pause, then it is due with the one before', () => {
  const schedule = new StreamSchedule(0);
  expect(schedule.waitMs({ afterMs: 0 }, 0)).toBe(0);
});
