import type { z } from 'zod';
import type { ApiVersion } from '../../contract/dialect.ts';
import type { Envelope } from '../../contract/envelope.ts';
import type { ApiError } from '../../contract/errors.ts';
import type { JobStatus, JobView } from '../../contract/job-view.ts';
import type { acceptedSchema, syncResultSchema } from '../wire.ts';

export type Accepted = z.infer<typeof acceptedSchema>;

/** The end of a sync search, before a dialect gives it its shape. */
export interface SyncEnd {
  jobId: string;
  status: JobStatus;
  envelopes: readonly Envelope[];
}

/** What an error's body tells besides the error. */
export interface ErrorContext {
  requestId: string;
  /** Where the catalogue is explained, without the code's anchor. */
  docs: string;
}

/** How one dialect writes what the core knows. Pure: the same input always gives the same bytes. */
export interface Presenter {
  version: ApiVersion;
  error(error: ApiError, context: ErrorContext): object;
  childId(id: string): string;
  region(key: string): string;
  envelope(envelope: Envelope): Envelope;
  jobView(view: JobView): JobView;
  accepted(accepted: Accepted): Accepted;
  /** The parent with its Envelopes, or the one Envelope. */
  syncResult(end: SyncEnd): z.infer<typeof syncResultSchema> | Envelope;
}

/** What follows from a dialect's ids and regions alone. */
export function jobViewWith(view: JobView, presenter: Pick<Presenter, 'childId' | 'region'>): JobView {
  return {
    job: view.job,
    children: view.children.map((child) => ({
      ...child,
      id: presenter.childId(child.id),
      region: presenter.region(child.region),
    })),
  };
}
