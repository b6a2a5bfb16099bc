import type { Envelope } from '../../src/contract/envelope.ts';
import type { ClaimedChild } from '../../src/jobs/claim.ts';

/** A lease that outlives every process that is killed under it. */
export const LONG_LEASES = { heartbeatS: 3_600, captureTimeoutMs: 3_600_000, retryDelayS: 0 };

/** What a process is to do with a report before it is killed. */
export type ReportStep =
  | { what: 'run'; reportId: string }
  | { what: 'settle'; child: ClaimedChild; envelope: Envelope }
  | { what: 'close' }
  | { what: 'recompute'; reportId: string };
