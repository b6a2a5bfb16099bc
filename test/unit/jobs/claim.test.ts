import { describe, expect, it } from 'vitest';
import type { ChildId, JobId, RequestId } from '../../../src/contract/ids.ts';
import type { ChildRow } from '../../../src/jobs/child-row.ts';
import { decideClaim } from '../../../src/jobs/claim.ts';

const child: ChildRow = {
  id: 'job_aaaa.chatgpt.own-fleet.GLOBAL' as ChildId,
  jobId: 'job_aaaa' as JobId,
  surface: 'chatgpt',
  method: 'own-fleet',
  regionKey: 'GLOBAL',
  region: null,
  replicate: 1,
  status: 'queued',
  attempts: 0,
  queueJobId: 'q1',
  claimedRetry: null,
  workerId: null,
  lastOutcome: null,
  lastMessage: null,
  outcome: null,
  failure: null,
  completedAt: null,
  requestId: 'req_test' as RequestId,
  query: 'q',
  origin: 'stage',
  createdAt: new Date(0),
  deadlineAt: new Date(1_000),
  traceparent: null,
};
const attempt = { queueJobId: 'q1', retryCount: 0, workerId: 'w1', now: 500 };
const begun: Partial<ChildRow> = { status: 'processing', attempts: 1, claimedRetry: 0, workerId: 'w1' };

describe('whether a fetched attempt may start', () => {
  it.each<[string, Partial<ChildRow> | undefined, Partial<typeof attempt>, string]>([
    ['a waiting child is claimed', {}, {}, 'claimed'],
    ['a child nobody knows', undefined, {}, 'unknown'],
    ['an ended child', { status: 'failed' }, {}, 'terminal'],
    ['the deadline passed before the first attempt', {}, { now: 1_000 }, 'expired'],
    [
      'the deadline passed during the attempts',
      { ...begun, status: 'queued' },
      { retryCount: 1, now: 2_000 },
      'claimed',
    ],
    ['the next attempt takes over from a lost worker', begun, { retryCount: 1, workerId: 'w2' }, 'claimed'],
    ['the same worker repeats its claim', begun, {}, 'claimed'],
    ['another worker with the same attempt', begun, { workerId: 'w2' }, 'superseded'],
    ['an older attempt', { ...begun, claimedRetry: 1 }, {}, 'superseded'],
    ['a queue job that was replaced', { queueJobId: 'q2' }, {}, 'superseded'],
  ])('%s', (_name, row, given, expected) => {
    expect(decideClaim(row && { ...child, ...row }, { ...attempt, ...given })).toBe(expected);
  });
});
