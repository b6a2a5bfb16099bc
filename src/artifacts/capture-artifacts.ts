import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { type CaptureRecord, captureRecordSchema } from '../contract/capture-record.ts';
import type { Artifacts, Envelope } from '../contract/envelope.ts';
import { FleetError } from '../contract/errors.ts';
import type { ChildId } from '../contract/ids.ts';
import { storableJson } from '../contract/storable-text.ts';
import { artifactKey, childStem, dayFolder, ENVELOPE_SUFFIX, RAW_SUFFIX } from './artifact-key.ts';
import type { ArtifactStore, StoredArtifact } from './artifact-store.ts';

const zip = promisify(gzip);
const unzip = promisify(gunzip);

/** What one attempt leaves behind. */
export interface CaptureFiles {
  record: CaptureRecord;
  proofHtml: string | null;
  screenshot: Buffer | null;
  /** May still be under way; must not reject. */
  thumbnail: Buffer | null | Promise<Buffer | null>;
}

export interface ArtifactOwner {
  id: ChildId;
  /** ISO 8601. */
  requestedAt: string;
  /** Unique among all attempts of the child: letters, digits, hyphen. */
  attempt: string;
}

/** What can be stored of an attempt, by what it is. */
export type StoredKind = 'record' | 'proof' | 'screenshot' | 'thumbnail' | 'envelope';

const ROOM_OF = {
  record: 'raw',
  proof: 'proof',
  screenshot: 'shots',
  thumbnail: 'shots',
  envelope: 'raw',
} as const;

/** Told of everything that was stored, with its size in the store. */
export type OnStored = (kind: StoredKind, bytes: number) => void;

/**
 * Stores everything of one attempt, all at the same time, and tells the keys and hashes for the Envelope. Nothing is left
 * behind on failure.
 */
export async function storeCapture(
  store: ArtifactStore,
  owner: ArtifactOwner,
  files: CaptureFiles,
  onStored?: OnStored,
): Promise<Artifacts> {
  const written: string[] = [];
  const put = async (
    kind: StoredKind,
    suffix: string,
    data: Uint8Array | null,
  ): Promise<StoredArtifact | null> => {
    if (data === null) return null;
    const stored = await store.put(artifactKey(ROOM_OF[kind], owner, suffix), data);
    written.push(stored.key);
    onStored?.(kind, stored.bytes);
    return stored;
  };
  const putRecord = async (): Promise<StoredArtifact | null> =>
    put('record', RAW_SUFFIX, await zip(Buffer.from(JSON.stringify(files.record)), { level: 6 }));
  const puts = [
    putRecord(),
    put('proof', '.html', files.proofHtml === null ? null : Buffer.from(files.proofHtml)),
    put('screenshot', '.png', files.screenshot),
    Promise.resolve(files.thumbnail).then((data) => put('thumbnail', '.thumb.webp', data)),
  ] as const;
  try {
    const [raw, proof, shot, thumbnail] = await Promise.all(puts);
    return {
      rawKey: raw?.key ?? null,
      proofHtmlKey: proof?.key ?? null,
      screenshotKey: shot?.key ?? null,
      thumbnailKey: thumbnail?.key ?? null,
      rawSha256: raw?.sha256 ?? null,
      proofHtmlSha256: proof?.sha256 ?? null,
      screenshotSha256: shot?.sha256 ?? null,
      thumbnailSha256: thumbnail?.sha256 ?? null,
    };
  } catch (error) {
    await Promise.allSettled(puts); // What is still being written would else be left behind.
    await Promise.all(written.map((key) => store.delete(key)));
    throw error;
  }
}

/**
 * Stores the Envelope beside its raw record, so that a directory of artefacts can be audited without the database
 * (`fleet replay` compares the two).
 */
export async function storeEnvelope(
  store: ArtifactStore,
  owner: ArtifactOwner,
  envelope: Envelope,
  onStored?: OnStored,
): Promise<void> {
  const key = artifactKey(ROOM_OF.envelope, owner, ENVELOPE_SUFFIX);
  const { bytes } = await store.put(key, Buffer.from(storableJson(envelope)));
  onStored?.('envelope', bytes);
}

/** Reads a record back from the bytes of a raw artefact. Throws ARTIFACT_CORRUPT when they are no record. */
export async function readRecord(data: Buffer): Promise<CaptureRecord> {
  try {
    const json = data[0] === 0x1f && data[1] === 0x8b ? await unzip(data) : data;
    return captureRecordSchema.parse(JSON.parse(json.toString('utf8')));
  } catch (cause) {
    throw new FleetError('ARTIFACT_CORRUPT', 'the raw artefact does not hold a CaptureRecord', { cause });
  }
}

/** Removes what other attempts of this child have stored, so that one set of proof remains: that of `keep`. */
export async function removeOtherAttempts(store: ArtifactStore, owner: ArtifactOwner): Promise<string[]> {
  const stem = childStem(owner.id);
  const kept = `${stem}.a${owner.attempt}.`;
  const keys = await Promise.all(
    (['raw', 'proof', 'shots'] as const).map((kind) =>
      store.list(dayFolder(kind, owner.requestedAt), `${stem}.a`),
    ),
  );
  const stale = keys.flat().filter((key) => !(key.split('/').at(-1) ?? '').startsWith(kept));
  await Promise.all(stale.map((key) => store.delete(key)));
  return stale;
}

/** Removes what this attempt stored: it lost its lease and must leave nothing behind. */
export async function removeAttempt(store: ArtifactStore, owner: ArtifactOwner): Promise<void> {
  const prefix = `${childStem(owner.id)}.a${owner.attempt}.`;
  const keys = await Promise.all(
    (['raw', 'proof', 'shots'] as const).map((kind) =>
      store.list(dayFolder(kind, owner.requestedAt), prefix),
    ),
  );
  await Promise.all(keys.flat().map((key) => store.delete(key)));
}
