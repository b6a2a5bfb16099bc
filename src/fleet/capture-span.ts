import { OUTCOME_RULES } from '../contract/outcome.ts';
import type { ClaimedChild } from '../jobs/claim.ts';
import { traced } from '../platform/traces.ts';
import type { AttemptEnd } from './capture-child.ts';

/**
 * An attempt as a span of its job's trace. The trace comes with the claimed child and not with the queue job, as
 * pg-boss's own propagation would have it: a claim may exchange queue jobs between children (fairness.ts), and the
 * trace would then be another job's.
 */
export function tracedCapture(child: ClaimedChild, work: () => Promise<AttemptEnd>): Promise<AttemptEnd> {
  const attributes = {
    ...{ 'fleet.child_id': child.id, 'fleet.job_id': child.jobId, 'fleet.attempt': child.attempt },
    ...{
      'fleet.surface': child.surface,
      'fleet.region': child.regionKey,
      'fleet.replicate': child.replicate,
    },
  };
  const { traceparent: parent } = child;
  return traced('capture', { parent, kind: 'consumer', attributes }, async (step) => {
    const end = await work();
    step.set({ 'fleet.outcome': end.outcome, 'fleet.settled': end.settled });
    if (OUTCOME_RULES[end.outcome].childStatus === 'failed') step.fail(end.outcome);
    return end;
  });
}
