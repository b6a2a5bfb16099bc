import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { type Artifacts, NO_ARTIFACTS } from '../contract/envelope.ts';
import { FleetError } from '../contract/errors.ts';
import { type CapturedPage, type PageRecord, pageRecordSchema } from '../contract/page-record.ts';
import { artifactKey, dayFolder } from './artifact-key.ts';
import type { ArtifactStore, StoredArtifact } from './artifact-store.ts';
import type { ArtifactOwner, OnStored } from './capture-artifacts.ts';

const zip = promisify(gzip);
const unzip = promisify(gunzip);
const PAGE_SUFFIX = '.page.json.gz';

/** Where the record of a page and its picture lie, and what they hash to. */
export interface PageArtifacts {
  record: StoredArtifact;
  screenshot: StoredArtifact | null;
}

/**
 * Stores a page's record (with both documents in it) and its picture, so that a score can be recomputed. Keys are named by
 * the hash of what they hold: the same record twice is one object.
 */
export async function storePage(
  store: ArtifactStore,
  { record, screenshot }: CapturedPage,
): Promise<PageArtifacts> {
  const text = Buffer.from(JSON.stringify(record));
  const name = `page-${createHash('sha256').update(text).digest('hex').slice(0, 24)}`;
  const put = async (key: string, data: Uint8Array): Promise<StoredArtifact> => store.put(key, data);
  const stored = await put(`${dayFolder('raw', record.captured_at)}/${name}${PAGE_SUFFIX}`, await zip(text));
  if (screenshot === null) return { record: stored, screenshot: null };
  try {
    return {
      record: stored,
      screenshot: await put(`${dayFolder('shots', record.captured_at)}/${name}.png`, screenshot),
    };
  } catch (error) {
    await store.delete(stored.key);
    throw error;
  }
}

/**
 * As `storePage`, for an attempt of a child: under the child's own keys, told as every capture's artefacts are. The record
 * holds status, headers, redirects, robots.txt and both documents. Nothing is left behind on failure.
 */
export async function storePageOf(
  store: ArtifactStore,
  owner: ArtifactOwner,
  { record, screenshot }: CapturedPage,
  onStored: OnStored,
): Promise<Artifacts> {
  const data = await zip(Buffer.from(JSON.stringify(record)));
  const raw = await store.put(artifactKey('raw', owner, PAGE_SUFFIX), data);
  onStored('record', raw.bytes);
  const stored = { ...NO_ARTIFACTS, rawKey: raw.key, rawSha256: raw.sha256 };
  if (screenshot === null) return stored;
  try {
    const shot = await store.put(artifactKey('shots', owner, '.png'), screenshot);
    onStored('screenshot', shot.bytes);
    return { ...stored, screenshotKey: shot.key, screenshotSha256: shot.sha256 };
  } catch (error) {
    await store.delete(raw.key);
    throw error;
  }
}

/** Reads a page record back from stored bytes, zipped or not. Throws ARTIFACT_CORRUPT when they are none. */
export async function readPageRecord(data: Buffer): Promise<PageRecord> {
  try {
    const json = data[0] === 0x1f && data[1] === 0x8b ? await unzip(data) : data;
    return pageRecordSchema.parse(JSON.parse(json.toString('utf8')));
  } catch (cause) {
    throw new FleetError('ARTIFACT_CORRUPT', 'the artefact does not hold a page record', { cause });
  }
}
