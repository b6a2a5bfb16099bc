import {
  type ApiVersion,
  DEFAULT_VERSION,
  dialectChildId,
  dialectEnvelope,
  dialectRegion,
  isApiVersion,
} from '../contract/dialect.ts';
import type { Envelope } from '../contract/envelope.ts';
import type { JobView } from '../contract/job-view.ts';
import { isoTime } from '../platform/clock.ts';

export interface EventHead {
  id: string;
  type: string;
  /** Epoch milliseconds. */
  createdAt: number;
}

/** The bytes sent for an ended child: `{id, type, createdAt, job, result}`. Pure; the same bytes every time. */
export function childEventBody(event: EventHead, envelope: Envelope, apiVersion: string): Buffer {
  const result = dialectEnvelope(dialectOf(apiVersion), envelope);
  const { id, surface, status } = result.job;
  return bytes(event, { id, surface, status }, result);
}

/** The bytes sent when a whole job has ended; the result is the job and its children, beside them `more`. Pure. */
export function jobEventBody(event: EventHead, view: JobView, apiVersion: string, more: object = {}): Buffer {
  const version = dialectOf(apiVersion);
  const children = view.children.map((child) => ({
    ...child,
    id: dialectChildId(version, child.id),
    region: dialectRegion(version, child.region),
  }));
  return bytes(event, { id: view.job.id, status: view.job.status }, { job: view.job, children }, more);
}

/** Rows of a dialect no longer spoken are told in the default one. */
function dialectOf(apiVersion: string): ApiVersion {
  return isApiVersion(apiVersion) ? apiVersion : DEFAULT_VERSION;
}

function bytes({ id, type, createdAt }: EventHead, job: object, result: unknown, more: object = {}): Buffer {
  const body = { ...more, id, type, createdAt: isoTime(createdAt), job, result };
  return Buffer.from(JSON.stringify(body), 'utf8');
}
