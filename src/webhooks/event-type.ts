/**
 * What an event can be. A child ends `completed`, `failed`, `canceled` or `expired`; `partial` is what a whole job ends
 * with when its children ended differently.
 */
export const EVENT_TYPES = [
  'job.completed',
  'job.partial',
  'job.failed',
  'job.canceled',
  'job.expired',
] as const;

export type EventType = (typeof EVENT_TYPES)[number];
