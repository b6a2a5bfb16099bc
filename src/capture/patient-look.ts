import { DeadlineError } from '../platform/deadline.ts';
import { isMovedOn } from './playwright-errors.ts';

/** Pages that lead on by script do so once or twice; what never comes to rest is an error. */
const MOST_MOVES = 4;
/** A dialog or a long task holds up one look on a busy machine; a page that gives two no answer does not react. */
const MOST_LOST = 1;

/**
 * Looks into a page until a look succeeds: once more where the page moved on by itself meanwhile, when `nextPage` is
 * there, and once more where it gave no answer within the look's budget. `look` must change nothing.
 */
export async function patientLook<T>(look: () => Promise<T>, nextPage: () => Promise<void>): Promise<T> {
  let moves = 0;
  let lost = 0;
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (error instanceof DeadlineError && lost++ < MOST_LOST) continue;
      if (!isMovedOn(error) || moves++ >= MOST_MOVES) throw error;
      await nextPage();
    }
  }
}
