import { describe, expect, it } from 'vitest';
import { NO_ARTIFACTS } from '../../../src/contract/envelope.ts';
import { FleetError } from '../../../src/contract/errors.ts';
import type { ChildId, JobId, RequestId } from '../../../src/contract/ids.ts';
import { skeleton } from '../../../src/jobs/skeleton.ts';
import { type ChildRow, envelopeOf, proofsOf } from '../../chaos/snapshot.ts';

const ID = 'job_1.chatgpt.own-fleet.GLOBAL';
const ARTIFACTS = {
  ...NO_ARTIFACTS,
  ...{
    rawKey: 'raw/1.a1.record.json.gz',
    rawSha256: 'aa',
    screenshotKey: 'shots/1.png',
    screenshotSha256: 'bb',
  },
};

/** The row of a child that was answered, and whose Envelope says so. */
function answered(): ChildRow & { envelope: ReturnType<typeof skeleton> } {
  const envelope = skeleton({
    ...{ id: ID as ChildId, jobId: 'job_1' as JobId, requestId: 'req_1' as RequestId, query: 'q' },
    ...{ surface: 'chatgpt', method: 'own-fleet', regionKey: 'GLOBAL', region: null, replicate: 1 },
    ...{ status: 'completed', outcome: 'answered', failure: null, attempts: 1, origin: 'stage' },
    ...{ queueJobId: 'q', claimedRetry: 0, workerId: 'w', lastOutcome: null, lastMessage: null },
    ...{ createdAt: new Date(0), completedAt: new Date(1), deadlineAt: new Date(2), traceparent: null },
  });
  Object.assign(envelope.job, { artifacts: ARTIFACTS, status: 'completed', outcome: 'answered' });
  return {
    ...{ id: ID, jobId: 'job_1', surface: 'chatgpt', status: 'completed', outcome: 'answered', ended: true },
    ...{ artifacts: ARTIFACTS, envelope, envelopeSha256: 'cc' },
  };
}

const problemOf = (changed: Partial<ChildRow>): string | null =>
  envelopeOf({ ...answered(), ...changed }).problem;

describe('what is taken down of an Envelope', () => {
  it('is nothing where it says what the row says, and where a failed child has none', () => {
    expect(problemOf({})).toBeNull();
    expect(problemOf({ envelope: null, status: 'failed', outcome: 'timeout' })).toBeNull();
  });

  it('is every contradiction to the row: none at all, no Envelope, another child, status, outcome', () => {
    expect(problemOf({ envelope: null })).toBe('is missing');
    expect(problemOf({ envelope: { job: {} } })).not.toBeNull();
    expect(problemOf({ id: `${ID}.r2` })).toMatch(/^says /);
    expect(problemOf({ surface: 'claude' })).toMatch(/^says /);
    expect(problemOf({ status: 'failed' })).toMatch(/^says /);
    expect(problemOf({ outcome: 'declined' })).toMatch(/^says /);
  });

  it('is every other proof than that of the row: of another attempt, of another hash, of none', () => {
    const other = 'names other proof than the row';
    expect(problemOf({ artifacts: null })).toBe(other);
    expect(problemOf({ artifacts: { ...ARTIFACTS, rawSha256: 'dd' } })).toBe(other);
    expect(problemOf({ artifacts: { ...ARTIFACTS, screenshotSha256: 'dd' } })).toBe(other);
    expect(problemOf({ artifacts: { ...ARTIFACTS, rawKey: 'raw/1.a2.record.json.gz' } })).toBe(other);
  });
});

describe('what is taken down of proof', () => {
  it('is each artefact the row names, and what is wrong with it: gone, changed, never hashed', async () => {
    const asked: [string, string | null | undefined][] = [];
    const store = {
      get: async (key: string, sha256?: string | null): Promise<Buffer> => {
        asked.push([key, sha256]);
        if (key.startsWith('shots/')) throw new FleetError('ARTIFACT_CORRUPT', 'changed');
        return Buffer.from('');
      },
    };
    const found = await proofsOf({ ...answered(), envelopeSha256: null }, store);
    expect(asked).toContainEqual(['raw/1.a1.record.json.gz', 'aa']);
    expect(found.map(({ kind, problem }) => [kind, problem])).toEqual([
      ['raw', null],
      ['screenshot', 'changed'],
      ['envelope', 'raw/1.a1.envelope.json has no recorded hash'],
    ]);
  });
});
