import { describe, expect, it } from 'vitest';
import { artifactKey, childOfKey, envelopeKey, RAW_SUFFIX } from '../../../src/artifacts/artifact-key.ts';
import { keptArtifacts } from '../../../src/artifacts/kept-artifacts.ts';
import { NO_ARTIFACTS } from '../../../src/contract/envelope.ts';
import type { ChildId } from '../../../src/contract/ids.ts';

const id = 'job_abcd.chatgpt.own-fleet.us:new-york:en.r2' as ChildId;
const owner = { id, requestedAt: '2026-11-23T00:00:00.000Z', attempt: '2-0123abcd' };
const rawKey = artifactKey('raw', owner, RAW_SUFFIX);

describe('a key', () => {
  it('tells whose it is', () => {
    expect(childOfKey(rawKey)).toBe(id);
    expect(childOfKey(envelopeKey(rawKey))).toBe(id);
    expect(childOfKey(artifactKey('shots', owner, '.thumb.webp'))).toBe(id);
  });

  it('of a capture made by hand, or of anything else, belongs to no child', () => {
    const byHand = artifactKey('raw', { ...owner, attempt: '1' }, RAW_SUFFIX);
    expect([byHand, 'raw/2026/11/23/.probe-12', 'raw/readme.txt', ''].map(childOfKey)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('the artifacts of a child', () => {
  it('are those it has a key for; the Envelope lies beside the raw record', () => {
    const artifacts = { ...NO_ARTIFACTS, rawKey, rawSha256: 'r', screenshotKey: 's', screenshotSha256: 'h' };
    expect(keptArtifacts(artifacts, 'e')).toEqual([
      { kind: 'raw', key: rawKey, sha256: 'r' },
      { kind: 'screenshot', key: 's', sha256: 'h' },
      { kind: 'envelope', key: rawKey.replace('.record.json.gz', '.envelope.json'), sha256: 'e' },
    ]);
  });

  it('are none when nothing was captured', () => {
    expect(keptArtifacts(null, null)).toEqual([]);
    expect(keptArtifacts(NO_ARTIFACTS, null)).toEqual([]);
  });
});
