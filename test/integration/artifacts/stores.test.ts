import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { envelopeKey } from '../../../src/artifacts/artifact-key.ts';
import type { ArtifactStore } from '../../../src/artifacts/artifact-store.ts';
import {
  packRecord,
  readRecord,
  removeAttempt,
  removeOtherAttempts,
  storeCapture,
} from '../../../src/artifacts/capture-artifacts.ts';
import { FsArtifactStore } from '../../../src/artifacts/fs-store.ts';
import { type CaptureRecord, neutralSignals } from '../../../src/contract/capture-record.ts';
import type { Artifacts } from '../../../src/contract/envelope.ts';
import type { ChildId } from '../../../src/contract/ids.ts';
import { sha256Hex } from '../../../src/platform/identifiers.ts';
import { faultyFront, fauxqsServer, type S3Server, s3rverServer } from './s3-servers.ts';

const directory = mkdtempSync(join(tmpdir(), 'fleet-store-'));
let fauxqs: S3Server;
let s3rver: S3Server;

beforeAll(async () => {
  [fauxqs, s3rver] = await Promise.all([fauxqsServer(), s3rverServer()]);
});
afterAll(async () => {
  await fauxqs?.stop();
  await s3rver?.stop();
  rmSync(directory, { recursive: true, force: true });
});

const record: CaptureRecord = {
  ...{
    recordVersion: 1,
    surface: 'chatgpt',
    adapterVersion: '1',
    origin: 'stage',
    query: 'häagen 🍨',
    region: null,
  },
  ...{
    requestedUrl: null,
    finalUrl: null,
    startedAt: '2026-11-23T00:00:00.000Z',
    capturedAt: '2026-11-23T00:00:01.000Z',
  },
  ...{ browser: null, html: '<p>x</p>', transcript: [], screenshot: null, signals: neutralSignals() },
};
const owner = (attempt: string) => ({
  id: `job_${attempt.slice(0, 1)}store.chatgpt.own-fleet.us:new-york` as ChildId,
  requestedAt: '2026-11-23T00:00:00.000Z',
  attempt,
});
const files = {
  ...{ record: packRecord(record), proofHtml: '<p>' },
  ...{ screenshot: Buffer.from('png'), thumbnail: Buffer.from('webp') },
};

describe.each([
  ['files', () => new FsArtifactStore(directory)],
  ['S3 (fauxqs)', () => fauxqs.store()],
  ['S3 (s3rver, signatures verified)', () => s3rver.store()],
] as [string, () => ArtifactStore][])('the artifact store on %s', (_name, open) => {
  it('gives back what was put, and tells a flipped byte', async () => {
    const store = open();
    const data = Buffer.from('proof of ü and 🍨');
    const stored = await store.put('raw/2026/11/23/a+b c.json', data);
    expect(stored).toEqual({ key: 'raw/2026/11/23/a+b c.json', sha256: sha256Hex(data), bytes: data.length });
    expect(await store.get(stored.key, stored.sha256)).toEqual(data);
    await expect(store.get(stored.key, sha256Hex('another'))).rejects.toMatchObject({
      code: 'ARTIFACT_CORRUPT',
    });
  });

  it('says what is not there, and deletes without complaint what is gone', async () => {
    const store = open();
    await expect(store.get('raw/2026/11/23/nothing.json')).rejects.toMatchObject({
      code: 'ARTIFACT_NOT_FOUND',
    });
    await store.delete('raw/2026/11/23/nothing.json');
  });

  it('refuses keys that lead out of it', async () => {
    const store = open();
    await expect(store.get('../../etc/passwd')).rejects.toMatchObject({ code: 'ARTIFACT_NOT_FOUND' });
    await expect(store.put('raw/../../x', Buffer.from(''))).rejects.toMatchObject({
      code: 'ARTIFACT_NOT_FOUND',
    });
  });

  it('keeps one set of proof per child: the attempt that counts', async () => {
    const store = open();
    const envelopeOf = (artifacts: Artifacts) => ({ artifacts });
    await storeCapture(store, owner('1-aaaaaaaa'), files, envelopeOf);
    const second = { ...owner('1-aaaaaaaa'), attempt: '2-bbbbbbbb' };
    const { artifacts: kept, envelope } = await storeCapture(store, second, files, envelopeOf);
    expect(JSON.parse(String(await store.get(envelopeKey(kept.rawKey ?? ''))))).toEqual(envelope);
    const stale = await removeOtherAttempts(store, { ...owner('1-aaaaaaaa'), attempt: '2-bbbbbbbb' });
    expect(stale).toHaveLength(5);
    expect(await readRecord(await store.get(kept.rawKey ?? '', kept.rawSha256))).toEqual(record);
    await removeAttempt(store, { ...owner('1-aaaaaaaa'), attempt: '2-bbbbbbbb' });
    expect(await store.list('raw/2026/11/23', 'job_1store')).toEqual([]);
    expect(await store.list('shots/2026/11/23', 'job_1store')).toEqual([]);
  });

  it('keeps nothing of an attempt whose record cannot be packed, however late its thumbnail comes', async () => {
    const store = open();
    let thumbnailCame = (_data: Buffer): void => undefined;
    const thumbnail = new Promise<Buffer>((resolve) => {
      thumbnailCame = resolve;
    });
    const packed = Promise.reject(new RangeError('too large'));
    packed.catch(() => undefined);
    const stored = storeCapture(
      store,
      owner('1-dddddddd'),
      { ...files, record: packed, thumbnail },
      () => null,
    );
    setTimeout(() => thumbnailCame(Buffer.from('late')), 100);
    await expect(stored).rejects.toThrow('too large');
    await new Promise((done) => setTimeout(done, 300));
    expect(await store.list('shots/2026/11/23', 'job_1store')).toEqual([]);
  });

  it('proves that it can be written', async () => {
    await open().probe();
  });
});

describe('the file store', () => {
  it('leaves nothing half-written behind, and says what to do when it cannot write', async () => {
    const blocked = join(directory, 'blocked');
    writeFileSync(blocked, 'a file');
    const store = new FsArtifactStore(blocked);
    const stored = storeCapture(store, owner('1-cccccccc'), files, (artifacts) => artifacts);
    await expect(stored).rejects.toMatchObject({
      code: 'ARTIFACT_WRITE_FAILED',
      fix: expect.stringContaining('FLEET_DATA_DIR'),
    });
    const names = await readdir(directory, { recursive: true });
    expect(names.filter((name) => name.endsWith('.partial'))).toEqual([]);
  });
});

describe('the S3 store before a bad network', () => {
  it('tries passing failures again and stores once', async () => {
    const front = await faultyFront(fauxqs);
    front.faults.push(500, 'reset', 503);
    const stored = await front.store().put('raw/2026/11/23/faults.json', Buffer.from('x'));
    expect(front.seen()).toBe(4);
    expect(await fauxqs.store().get(stored.key, stored.sha256)).toEqual(Buffer.from('x'));
    await front.stop();
  });

  it('gives up after four tries with what to do, and does not retry a refusal', async () => {
    const front = await faultyFront(fauxqs);
    front.faults.push('reset', 'reset', 'reset', 'reset');
    await expect(front.store().put('raw/2026/11/23/down.json', Buffer.from('x'))).rejects.toMatchObject({
      code: 'ARTIFACT_WRITE_FAILED',
      fix: expect.stringContaining('FLEET_ARTIFACTS'),
    });
    const before = front.seen();
    front.faults.push(403);
    await expect(front.store().put('raw/2026/11/23/denied.json', Buffer.from('x'))).rejects.toMatchObject({
      code: 'ARTIFACT_WRITE_FAILED',
      message: expect.stringContaining('Injected'),
    });
    expect(front.seen() - before).toBe(1);
    await front.stop();
  });

  it('is refused with a wrong secret', async () => {
    await expect(s3rver.store('wrong').put('raw/2026/11/23/x.json', Buffer.from('x'))).rejects.toMatchObject({
      code: 'ARTIFACT_WRITE_FAILED',
      message: expect.stringContaining('403'),
    });
  });

  it('makes links that open one artefact, as an attachment, and no other', async () => {
    const store = s3rver.store();
    await store.put('proof/2026/11/23/linked.html', Buffer.from('<p>hello'));
    const link = await store.presign('proof/2026/11/23/linked.html', 60);
    const opened = await fetch(link);
    expect(await opened.text()).toBe('<p>hello');
    expect(opened.headers.get('content-disposition')).toBe('attachment');
    expect((await fetch(link.replace('linked', 'other'))).status).toBe(403);
  });
});
