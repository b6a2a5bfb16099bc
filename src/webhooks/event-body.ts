import type { Envelope } from '../contract/envelope.ts';
import type { JobView } from '../contract/job-view.ts';
import { isoTime } from '../platform/clock.ts';

/** Renders an Envelope in a dialect; the presenters of the API are handed in. */
export type EnvelopePresenter = (apiVersion: string, envelope: Envelope) => unknown;

export interface EventHead {
  id: string;
  type: string;
  /** Epoch milliseconds. */
  createdAt: number;
}

/** The bytes sent for an ended child: `{id, type, createdAt, job, result}`. Pure; the same bytes every time. */
export function childEventBody(
  event: EventHead,
  envelope: Envelope,
  present: EnvelopePresenter,
  apiVersion: string,
): Buffer {
  const result = present(apiVersion, envelope);
  const job = { id: presentedId(result) ?? envelope.job.id, surface: envelope.job.surface, status: envelope.job.status };
  return bytes(event, job, result);
}

/** The bytes sent when a whole job has ended; the result is what `GET /v1/jobs/:id` says. */
export function jobEventBody(event: EventHead, view: JobView): Buffer {
  return bytes(event, { id: view.job.id, status: view.job.status }, view);
}

function bytes({ id, type, createdAt }: EventHead, job: object, result: unknown): Buffer {
  return Buffer.from(JSON.stringify({ id, type, createdAt: isoTime(createdAt), job, result }), 'utf8');
}

/** A dialect may write the child's id in another form; the event speaks the same. */
function presentedId(result: unknown): string | undefined {
  const job = typeof result === 'object' && result !== null && 'job' in result ? result.job : undefined;
  const id = typeof job === 'object' && job !== null && 'id' in job ? job.id : undefined;
  return typeof id === 'string' ? id : undefined;
}
