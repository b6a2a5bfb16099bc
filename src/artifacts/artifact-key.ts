import type { ChildId } from '../contract/ids.ts';
import type { ArtifactKind } from './artifact-store.ts';

/** Endings of the raw record and of the Envelope that is stored beside it. */
export const RAW_SUFFIX = '.record.json.gz';
export const ENVELOPE_SUFFIX = '.envelope.json';

/**
 * Folder of a day: `raw/2026/11/22`. The day is the child's request day, so that all attempts of a child land in one
 * folder. `time` is ISO 8601.
 */
export function dayFolder(kind: ArtifactKind, time: string): string {
  return `${kind}/${time.slice(0, 10).replaceAll('-', '/')}`;
}

/** File-name stem of all artefacts of a child. Colons of region keys are not welcome in file names. */
export function childStem(childId: ChildId): string {
  return childId.replaceAll(':', '+');
}

/**
 * Key of one artefact of one attempt. The attempt's own tag is in the name, so that a worker presumed dead can never overwrite
 * what the attempt that settled has stored.
 */
export function artifactKey(
  kind: ArtifactKind,
  child: { id: ChildId; requestedAt: string; attempt: string },
  suffix: string,
): string {
  return `${dayFolder(kind, child.requestedAt)}/${childStem(child.id)}.a${child.attempt}${suffix}`;
}

/** Where the Envelope of a raw record lies. */
export function envelopeKey(rawKey: string): string {
  return rawKey.replace(RAW_SUFFIX, ENVELOPE_SUFFIX);
}

/** `<stem>.a<attempt>-<queue job>.…`; what `fleet capture` stores has no queue job and belongs to no child. */
const OF_A_CHILD = /^(.+)\.a\d+-[0-9a-f]{8}\./;

/** The child whose attempt stored this key; undefined for what no attempt of a child stores. */
export function childOfKey(key: string): ChildId | undefined {
  const stem = OF_A_CHILD.exec(key.split('/').at(-1) ?? '')?.[1];
  return stem === undefined ? undefined : (stem.replaceAll('+', ':') as ChildId);
}
