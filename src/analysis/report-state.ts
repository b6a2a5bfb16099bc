/** Where a report stands. */
export const REPORT_STATUSES = ['draft', 'processing', 'completed', 'failed'] as const;
export type ReportStatus = (typeof REPORT_STATUSES)[number];

/** Why a report cannot be run now. */
export type RunRefusal = 'report_not_modifiable' | 'no_prompts' | 'brand_facts_missing';

/** A run begins from a draft or a failed report that has prompts and whose brand says what it is. */
export function runRefusal(report: {
  status: ReportStatus;
  prompts: number;
  description: string | null;
}): RunRefusal | null {
  if (report.status === 'processing' || report.status === 'completed') return 'report_not_modifiable';
  if (report.prompts === 0) return 'no_prompts';
  return (report.description ?? '').trim() === '' ? 'brand_facts_missing' : null;
}

/** Prompts may change until a run has begun, and again when it failed. */
export function isModifiable(status: ReportStatus): boolean {
  return status === 'draft' || status === 'failed';
}

/** The end of a report whose captures all ended: failed only when none of them told anything. */
export function endOfRun(failureReason: string | null): 'completed' | 'failed' {
  return failureReason === null ? 'completed' : 'failed';
}
