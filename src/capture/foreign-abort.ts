import { CaptureError } from '../contract/errors.ts';
import type { Deadline } from '../platform/deadline.ts';

/** True when the capture was aborted for a reason that is not the page's own: its lease is lost, the worker drains. */
export function isForeignAbort(deadline: Deadline): boolean {
  try {
    deadline.throwIfAborted();
    return false;
  } catch (reason) {
    return !(reason instanceof CaptureError);
  }
}
