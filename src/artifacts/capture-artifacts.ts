import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { type CaptureRecord, captureRecordSchema } from '../contract/capture-record.ts';
import type { Artifacts } from '../contract/envelope.ts';
import { FleetError } from '../contract/errors.ts';
import type { ChildId } from '../contract/ids.ts';
import { storableJson } from '../contract/storable-text.ts';
import { awaitedLater } from '../platform/awaited-later.ts';
import { sha256Hex } from '../platform/identifiers.ts';
import { artifactKey, childStem, dayFolder, ENVELOPE_SUFFIX, RAW_SUFFIX } from './artifact-key.ts';
import type { ArtifactStore } from './artifact-store.ts';

const zip = promisify(gzip);
const unzip = promisify(gunzip);

/** What one attempt leaves behind. */
export interface CaptureFiles {
  /** As packRecord packs it; may still be under way. */
  record: Buffer | Promise<Buffer>;
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
 * Stores everything of one attempt, all at the same time: the Envelope too, which needs the keys and hashes of the others
 * and not that they are written. It lies beside its raw record, so that a directory of artefacts can be audited without
 * the database (`fleet replay` compares the two). Nothing is left behind on failure.
 */
export async function storeCapture<E>(
  store: ArtifactStore,
  owner: ArtifactOwner,
  files: CaptureFiles,
  envelopeOf: (artifacts: Artifacts) => E,
  onStored?: OnStored,
): Promise<{ artifacts: Artifacts; envelope: E }> {
  const written: string[] = [];
  const later: Promise<KeyAndHash>[] = [];
  const puts: Promise<void>[] = [];
  const put = (kind: StoredKind, suffix: string, data: Uint8Array | null): KeyAndHash => {
    if (data === null) return NOTHING;
    const known = { key: artifactKey(ROOM_OF[kind], owner, suffix), sha256: sha256Hex(data) };
    const stored = store.put(known.key, data, known.sha256).then(({ key, bytes }) => {
      written.push(key);
      onStored?.(kind, bytes);
    });
    puts.push(awaitedLater(stored));
    return known;
  };
  try {
    const proof = put('proof', '.html', files.proofHtml === null ? null : Buffer.from(files.proofHtml));
    const shot = put('screenshot', '.png', files.screenshot);
    later.push(
      Promise.resolve(files.record).then((data) => put('record', RAW_SUFFIX, data)),
      Promise.resolve(files.thumbnail).then((data) => put('thumbnail', '.thumb.webp', data)),
    );
    const [raw = NOTHING, thumbnail = NOTHING] = await Promise.all(later);
    const artifacts = artifactsOf({ raw, proof, shot, thumbnail });
    const envelope = envelopeOf(artifacts);
    put('envelope', ENVELOPE_SUFFIX, Buffer.from(storableJson(envelope)));
    await Promise.all(puts);
    return { artifacts, envelope };
  } catch (error) {
    // What is still being made or written would else be left behind.
    await Promise.allSettled(later);
    await Promise.allSettled(puts);
    await Promise.all(written.map((key) => store.delete(key)));
    throw error;
  }
}

interface KeyAndHash {
  key: string | null;
  sha256: string | null;
}

const NOTHING: KeyAndHash = { key: null, sha256: null };

function artifactsOf(of: Record<'raw' | 'proof' | 'shot' | 'thumbnail', KeyAndHash>): Artifacts {
  return {
    rawKey: of.raw.key,
    proofHtmlKey: of.proof.key,
    screenshotKey: of.shot.key,
    thumbnailKey: of.thumbnail.key,
    rawSha256: of.raw.sha256,
    proofHtmlSha256: of.proof.sha256,
    screenshotSha256: of.shot.sha256,
    thumbnailSha256: of.thumbnail.sha256,
  };
}

/** The bytes of a raw artefact. They are packed beside the event loop: begun early, they cost the capture no time. */
export async function packRecord(record: CaptureRecord): Promise<Buffer> {
  return zip(Buffer.from(JSON.stringify(record)), { level: 6 });
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
