import type { Artifacts } from '../contract/envelope.ts';
import { envelopeKey, RAW_SUFFIX } from './artifact-key.ts';

/** Names of a child's artefacts, as the API says them. */
export const DOWNLOADS = ['raw', 'proof', 'screenshot', 'thumbnail', 'envelope'] as const;

export type Download = (typeof DOWNLOADS)[number];

/** One artefact that a child refers to. */
export interface KeptArtifact {
  kind: Download;
  key: string;
  /** Null where none was recorded; then nothing can be proved. */
  sha256: string | null;
}

/** The artefacts a child refers to, in the order of DOWNLOADS. Pure. */
export function keptArtifacts(artifacts: Artifacts | null, envelopeSha256: string | null): KeptArtifact[] {
  if (artifacts === null) return [];
  const { rawKey } = artifacts;
  const all: Record<Download, [string | null, string | null]> = {
    raw: [rawKey, artifacts.rawSha256],
    proof: [artifacts.proofHtmlKey, artifacts.proofHtmlSha256],
    screenshot: [artifacts.screenshotKey, artifacts.screenshotSha256],
    thumbnail: [artifacts.thumbnailKey, artifacts.thumbnailSha256],
    // A page has a record and no Envelope.
    envelope: [rawKey?.endsWith(RAW_SUFFIX) ? envelopeKey(rawKey) : null, envelopeSha256],
  };
  return DOWNLOADS.flatMap((kind) => {
    const [key, sha256] = all[kind];
    return key === null ? [] : [{ kind, key, sha256 }];
  });
}
