import { join } from 'node:path';
import type { Config } from '../platform/config.ts';
import type { ArtifactStore } from './artifact-store.ts';
import { FsArtifactStore } from './fs-store.ts';
import { S3ArtifactStore } from './s3-store.ts';

/** Where FLEET_ARTIFACTS says, else files under the data directory. */
export function openArtifactStore(config: Config): ArtifactStore {
  const { artifacts } = config;
  return artifacts === undefined
    ? new FsArtifactStore(join(config.dataDir, 'artifacts'))
    : new S3ArtifactStore(artifacts);
}
