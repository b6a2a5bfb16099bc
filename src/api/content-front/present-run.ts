import type { z } from 'zod';
import type { ContentRun } from '../../analysis/content-run.ts';
import { hasEnded } from '../../analysis/content-run-state.ts';
import type { ContentTexts } from '../../analysis/content-texts.ts';
import type { PageScore } from '../../contract/page-score.ts';
import { isoTime } from '../../platform/clock.ts';
import type { billingSchema, createdRunSchema, runSchema } from './content-wire.ts';
import { presentScore } from './present-score.ts';

/** Defaults of the reference for what a caller leaves out; they label a run, the page's language is found out from it. */
export const DEFAULT_LANGUAGE = 'en';
export const DEFAULT_COUNTRY = 'US';

type Billing = z.infer<typeof billingSchema>;
type RunBody = z.infer<typeof runSchema>;

/** Credits as a decimal text: `3.00`. */
export function money(credits: number): string {
  return credits.toFixed(2);
}

/** Id of the decision to do something that costs credits; one per run or immediate score. */
export function actionId(id: string): string {
  return `act_${id.replaceAll('-', '')}`;
}

/** What a create is answered with, a repetition too. */
export function presentCreated(run: ContentRun): z.infer<typeof createdRunSchema> {
  return {
    action_decision_id: actionId(run.id),
    run_id: run.id,
    status: 'queued',
    estimated_credits: money(run.estimated),
    analysis_depth: run.depth,
  };
}

/** A run; `score` is left out where nobody asked for the result. */
export function presentRun(run: ContentRun, score?: PageScore | null, texts?: ContentTexts): RunBody {
  const time = (at: Date | null): string | null => (at === null ? null : isoTime(at.getTime()));
  const ended = hasEnded(run.status);
  const billing = presentBilling({
    ...{ estimated: run.estimated, settled: run.settled, released: run.released },
    ...{ reserved: ended ? 0 : run.estimated, ended },
  });
  return {
    ...{
      run_id: run.id,
      action_decision_id: actionId(run.id),
      test_id: null,
      status: run.status,
      source: 'api',
    },
    created_at: isoTime(run.createdAt.getTime()),
    started_at: time(run.startedAt),
    completed_at: time(run.completedAt),
    url: run.url,
    language: run.language ?? DEFAULT_LANGUAGE,
    country: run.country ?? DEFAULT_COUNTRY,
    analysis_depth: run.depth,
    overall_score: run.overallScore,
    overall_band: run.overallBand,
    ...flatBilling(billing),
    explanation: explanationOf(run),
    ...(score === undefined ? {} : { ca_result: score === null ? null : presentScore(score, texts) }),
  };
}

/** Where credits stand, flat and nested: clients read either. */
export function flatBilling(
  billing: Billing,
): Omit<Billing, 'status'> & { billing_status: Billing['status']; billing: Billing } {
  const { status, ...amounts } = billing;
  return { ...amounts, billing_status: status, billing };
}

export function presentBilling(credits: {
  estimated: number;
  reserved: number;
  settled: number;
  released: number;
  ended: boolean;
}): Billing {
  const { estimated, reserved, settled, released, ended } = credits;
  return {
    // Of nothing (a test key) nothing is given back.
    status: !ended ? 'reserved' : settled > 0 || estimated === 0 ? 'settled' : 'released',
    estimated_credits: money(estimated),
    reserved_credits: money(reserved),
    settled_credits: money(settled),
    released_credits: money(released),
  };
}

function explanationOf({ status, issueMessage }: ContentRun): string {
  switch (status) {
    case 'queued':
      return 'Run queued.';
    case 'running':
      return 'Run in progress.';
    case 'completed':
      return 'Run completed.';
    case 'partially_completed':
      return `Run completed without the rendered page: ${issueMessage ?? 'it was lost.'}`;
    case 'cancelled':
      return 'Run cancelled.';
    case 'failed':
      return `Run failed: ${issueMessage ?? 'no reason is known.'}`;
  }
}
