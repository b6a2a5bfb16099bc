import { describe, expect, it } from 'vitest';
import { patientLook } from '../../../src/capture/patient-look.ts';
import { NAVIGATION, outcomeOfError } from '../../../src/capture/playwright-errors.ts';
import { DeadlineError } from '../../../src/platform/deadline.ts';

const lost = new DeadlineError('answer', 5_000);
const moved = new Error(
  'page.evaluate: Execution context was destroyed, most likely because of a navigation',
);

/** Looks that end as given, one after the other; tells how often was looked and moved on. */
async function look(...ends: (Error | string)[]): Promise<{ end: unknown; looks: number; moves: number }> {
  let looks = 0;
  let moves = 0;
  const end = await patientLook(
    async () => {
      const next = ends[looks++];
      if (next instanceof Error) throw next;
      return next;
    },
    async () => {
      moves++;
    },
  ).catch((error: unknown) => error);
  return { end, looks, moves };
}

describe('a look into a page', () => {
  it('is taken again when the page gave no answer in time once; twice means that it does not react', async () => {
    expect(await look(lost, 'seen')).toEqual({ end: 'seen', looks: 2, moves: 0 });
    expect(await look(lost, lost, 'never')).toEqual({ end: lost, looks: 2, moves: 0 });
  });

  it('is taken again at the page that came, four times at most', async () => {
    expect(await look(moved, moved, 'seen')).toEqual({ end: 'seen', looks: 3, moves: 2 });
    expect(await look(moved, moved, moved, moved, moved, 'never')).toEqual({
      end: moved,
      looks: 5,
      moves: 4,
    });
  });

  it('throws everything else at once', async () => {
    const broken = new Error('page.evaluate: Target crashed');
    expect(await look(broken, 'never')).toEqual({ end: broken, looks: 1, moves: 0 });
  });
});

describe('a page that never came', () => {
  it('is a failed navigation, whoever looked at the clock first', () => {
    expect(outcomeOfError(new DeadlineError(NAVIGATION, 25_000)).outcome).toBe('navigation_failed');
    expect(outcomeOfError(new Error('page.goto: Timeout 24000ms exceeded.')).outcome).toBe(
      'navigation_failed',
    );
    expect(outcomeOfError(lost).outcome).toBe('timeout');
  });
});
