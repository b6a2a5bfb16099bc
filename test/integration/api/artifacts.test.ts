import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sweepRetention } from '../../../src/fleet/retention-sweep.ts';
import { sha256Hex } from '../../../src/platform/identifiers.ts';
import { finishWithProof } from '../artifacts-world.ts';
import { testLog } from '../database.ts';
import { finishNext } from '../jobs/jobs-world.ts';
import { type ApiWorld, openApiWorld } from './api-world.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
});
afterAll(() => world.close());

interface Proved {
  kind: string;
  key: string;
  sha256: string;
  bytes: number | null;
  verified: boolean;
  path: string;
}

async function captured(): Promise<{ jobId: string; id: string }> {
  const { body } = await world.post('/v1/search?mode=async', {
    query: 'proof',
    surfaces: ['chatgpt'],
    regions: [{ country: 'US', city: 'New York' }],
  });
  await finishWithProof(world, world.store);
  return { jobId: body.jobId, id: body.children[0] };
}

async function proofOf(id: string): Promise<Proved[]> {
  const answer = await world.get(`/v1/jobs/${id}/proof`);
  expect(answer.status).toBe(200);
  return answer.body.artifacts;
}

describe('the proof of a capture', () => {
  it('names every artifact with key, hash, size and where to download it; each is verified now', async () => {
    const { id } = await captured();
    const artifacts = await proofOf(id);
    expect(artifacts.map(({ kind }) => kind)).toEqual(['raw', 'proof', 'screenshot', 'envelope']);
    for (const { key, sha256, bytes, verified, path } of artifacts) {
      expect(verified).toBe(true);
      const answer = await world.get(path);
      expect(answer.status).toBe(200);
      expect(answer.headers['content-length']).toBe(String(bytes));
      expect(answer.headers.etag).toBe(`"${sha256}"`);
      expect(sha256Hex(await world.store.get(key))).toBe(sha256);
    }
    const envelope = await world.get(`/v1/jobs/${id}/artifacts/envelope`);
    expect(envelope.body).toEqual((await world.get(`/v1/jobs/${id}`)).body);
  });

  it('cannot do anything when it is opened: sandboxed, not sniffed, saved instead of shown', async () => {
    const { id } = await captured();
    const answer = await world.get(`/v1/jobs/${id}/artifacts/proof`);
    expect(answer.text).toBe('<script>alert(1)</script>');
    expect(answer.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "sandbox; default-src 'none'",
      'x-content-type-options': 'nosniff',
    });
    expect(answer.headers['content-disposition']).toMatch(/^attachment; filename\*=UTF-8''job_/);
    const again = await world.get(`/v1/jobs/${id}/artifacts/proof`, {
      'if-none-match': String(answer.headers.etag),
    });
    expect(again).toMatchObject({ status: 304, text: '' });
  });

  it.each(['raw', 'proof', 'screenshot', 'envelope'])(
    'one flipped byte in %s: it is withheld',
    async (kind) => {
      const { id } = await captured();
      const artifact = (await proofOf(id)).find((one) => one.kind === kind);
      const path = world.store.describe(artifact?.key ?? '');
      const data = await world.store.get(artifact?.key ?? '');
      data[Math.floor(data.length / 2)] = (data[Math.floor(data.length / 2)] ?? 0) ^ 1;
      writeFileSync(path, data);
      expect(await world.get(`/v1/jobs/${id}/artifacts/${kind}`)).toMatchObject({
        status: 502,
        body: {
          code: 'ARTIFACT_CORRUPT',
          error: 'stored artifact failed its integrity check and was withheld',
        },
      });
      const proved = await proofOf(id);
      expect(proved.filter(({ verified }) => !verified).map((one) => one.kind)).toEqual([kind]);
    },
  );

  it('what is gone from the store is corrupt, not absent', async () => {
    const { id } = await captured();
    await world.store.delete((await proofOf(id))[0]?.key ?? '');
    expect((await world.get(`/v1/jobs/${id}/artifacts/raw`)).body.code).toBe('ARTIFACT_CORRUPT');
  });

  it('a file store makes no links: presign gives the bytes', async () => {
    const { id } = await captured();
    expect((await world.get(`/v1/jobs/${id}/artifacts/screenshot?presign=1`)).text).toBe('png');
  });

  it('what was never captured, an unknown kind, a parent, a foreign child', async () => {
    const { id, jobId } = await captured();
    const code = async (path: string): Promise<[number, string]> => {
      const { status, body } = await world.get(path);
      return [status, body.code];
    };
    expect(await code(`/v1/jobs/${id}/artifacts/thumbnail`)).toEqual([404, 'ARTIFACT_NOT_FOUND']);
    expect(await code(`/v1/jobs/${id}/artifacts/secrets`)).toEqual([400, 'VALIDATION_FAILED']);
    expect(await code(`/v1/jobs/${jobId}/proof`)).toEqual([404, 'ARTIFACT_NOT_FOUND']);
    expect(await code('/v1/jobs/nonsense/proof')).toEqual([404, 'JOB_NOT_FOUND']);
    await world.db.query(`UPDATE fleet.job SET account_id = 'acct_other' WHERE id = $1`, [jobId]);
    expect(await code(`/v1/jobs/${id}/proof`)).toEqual([404, 'JOB_NOT_FOUND']);
    expect(await code(`/v1/jobs/${id}/artifacts/raw`)).toEqual([404, 'JOB_NOT_FOUND']);
  });
});

describe('given a job that passed its retention', () => {
  it('reads say so, its proof is gone, its hashes stay, its key is free again', async () => {
    const body = { query: 'old', surfaces: ['chatgpt'], idempotencyKey: 'retired' };
    const first = await world.post('/v1/search?mode=async', body);
    const { jobId, children } = first.body;
    const id = children[0];
    const envelope = await finishWithProof(world, world.store);
    const open = await world.post('/v1/search?mode=async', { query: 'still open', surfaces: ['gemini'] });
    // All times are told from this one, so that the test says the same on any day.
    const now = Date.UTC(2026, 10, 24);
    const daysAgo = (days: number): Date => new Date(now - days * 86_400_000);
    const clock = { now: () => now, monotonic: () => 0 };
    const means = { db: world.db, store: world.store, clock, log: testLog, retentionDays: 90 };
    await world.db.query(
      `UPDATE fleet.child SET completed_at = CASE WHEN job_id = $1 THEN $2::timestamptz ELSE $3 END
       WHERE completed_at IS NOT NULL`,
      [jobId, daysAgo(91), daysAgo(0)],
    );
    await world.db.query(`UPDATE fleet.job SET created_at = $2 WHERE id = ANY($1)`, [
      [jobId, open.body.jobId],
      daysAgo(92),
    ]);
    // A store that refuses keeps nothing for ever: the next sweep deletes what this one could not.
    const refuses = async (): Promise<void> => Promise.reject(new Error('the store is away'));
    const away = { describe: world.store.describe, delete: refuses } as unknown as typeof world.store;
    await expect(sweepRetention({ ...means, store: away })).rejects.toThrow('the store is away');
    expect(await sweepRetention(means)).toBe(0);
    const left = await world.db.query('SELECT FROM fleet.job WHERE proof_left_since IS NOT NULL');
    expect(left.rowCount).toBe(0);

    for (const asked of [jobId, id, `${jobId}.chatgpt.GLOBAL`]) {
      expect(await world.get(`/v1/jobs/${asked}`)).toMatchObject({
        status: 410,
        body: { code: 'JOB_EXPIRED', error: `job '${asked}' passed its retention on 2026-11-24` },
      });
    }
    for (const path of ['proof', 'artifacts/raw']) {
      expect(await world.get(`/v1/jobs/${id}/${path}`)).toMatchObject({
        status: 410,
        body: {
          code: 'ARTIFACT_EXPIRED',
          details: { rawSha256: envelope.job.artifacts.rawSha256, envelopeSha256: expect.any(String) },
        },
      });
    }
    const { rows } = await world.db.query(
      'SELECT j.query, j.request::text, c.envelope FROM fleet.job j JOIN fleet.child c ON c.job_id = j.id WHERE j.id = $1',
      [jobId],
    );
    expect(rows).toEqual([{ query: '', request: '{}', envelope: null }]);
    expect((await world.db.query('SELECT 1 FROM fleet.event WHERE job_id = $1', [jobId])).rowCount).toBe(0);
    await expect(world.store.get(envelope.job.artifacts.rawKey ?? '')).rejects.toMatchObject({
      code: 'ARTIFACT_NOT_FOUND',
    });
    expect(
      (await world.get('/v1/jobs?limit=100')).body.data.map((job: { id: string }) => job.id),
    ).not.toContain(jobId);
    expect((await world.get(`/v1/jobs/${open.body.jobId}`)).status).toBe(200);
    const again = await world.post('/v1/search?mode=async', body);
    expect(again.body.jobId).not.toBe(jobId);
    await finishNext(world);
  });
});
