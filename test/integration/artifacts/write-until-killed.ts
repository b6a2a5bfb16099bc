import { FsArtifactStore } from '../../../src/artifacts/fs-store.ts';
import { sha256Hex } from '../../../src/platform/identifiers.ts';

/** Writes artefacts into the directory of argument 1, named by their hash, and says each that was acknowledged. */
const store = new FsArtifactStore(process.argv[2] ?? '');
for (let count = 0; ; count++) {
  const data = Buffer.alloc(1_000 + ((count * 7_919) % 300_000), `${process.pid} ${count} `);
  const { key } = await store.put(`raw/2026/11/27/${sha256Hex(data)}`, data);
  process.stdout.write(`${key}\n`);
}
