/** What a client sees of a content run, in its reference's words (specs/analysis.md A.2). */
export const RUN_STATUSES = [
  'queued',
  'running',
  'completed',
  'partially_completed',
  'failed',
  'cancelled',
] as const;

export type RunStatus = (typeof RUN_STATUSES)[number];

/**
 * What can happen to a run. `start`: a process takes it (again, when the one before was lost); `finish_partly`: the page was
 * scored, but only as a crawler without JavaScript sees it; `expire`: its time is over.
 */
export const RUN_EVENTS = ['start', 'finish', 'finish_partly', 'fail', 'cancel', 'expire'] as const;

export type RunEvent = (typeof RUN_EVENTS)[number];

const RULES: Readonly<Record<RunEvent, { from: readonly RunStatus[]; to: RunStatus }>> = {
  start: { from: ['queued', 'running'], to: 'running' },
  finish: { from: ['running'], to: 'completed' },
  finish_partly: { from: ['running'], to: 'partially_completed' },
  fail: { from: ['running'], to: 'failed' },
  cancel: { from: ['queued', 'running'], to: 'cancelled' },
  expire: { from: ['queued', 'running'], to: 'failed' },
};

/** Status after an event; undefined when it cannot happen to a run in this status: nothing may change then. */
export function afterEvent(status: RunStatus, event: RunEvent): RunStatus | undefined {
  const { from, to } = RULES[event];
  return from.includes(status) ? to : undefined;
}

/** Statuses in which an event can happen; what the SQL of that event asks for. */
export function statusesBefore(event: RunEvent): readonly RunStatus[] {
  return RULES[event].from;
}

/** Status that an event leads to. */
export function statusAfter(event: RunEvent): RunStatus {
  return RULES[event].to;
}

/** True once nothing more can happen. */
export function hasEnded(status: RunStatus): boolean {
  return status !== 'queued' && status !== 'running';
}
