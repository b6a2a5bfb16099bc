import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createApi } from '../../src/api/server.ts';
import { openArtifactStore } from '../../src/artifacts/open-store.ts';
import { openFoundation } from '../../src/cli/foundation.ts';
import { surfaceCatalog } from '../../src/cli/service.ts';
import { ensureFirstAccount } from '../../src/jobs/accounts.ts';
import { createKey } from '../../src/jobs/api-keys.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { readConfig } from '../../src/platform/config.ts';
import { createLog } from '../../src/platform/log.ts';
import { print } from './figures.ts';

const CLIENT = join(import.meta.dirname, 'submit-client.ts');
const ROUNDS: readonly [what: string, how: string, seconds: number][] = [
  ['warm-up', 'flat', 3],
  ['100/s offered', '100', 20],
  ['flat out, 32 connections', 'flat', 10],
];

/**
 * Submits over HTTP, from a client in its own process to one API process on the embedded Postgres: whole way, with key,
 * rate, idempotency key, credits and queue.
 */
export async function benchSubmit(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'fleet-bench-'));
  const limits = {
    FLEET_RATE_LIMIT: '10000000',
    FLEET_QUEUE_LIMIT: '1000000',
    FLEET_QUEUE_LIMIT_TOTAL: '1000000',
  };
  const config = readConfig({ FLEET_ORIGIN: 'stage', FLEET_DATA_DIR: dataDir, PORT: '0', ...limits }, '/');
  const log = createLog('error', 'bench');
  const foundation = await openFoundation(config, log);
  const now = Date.now();
  await ensureFirstAccount(foundation.db, { startCredits: 100_000_000, now });
  const { key } = await createKey(foundation.db, { label: 'bench' }, now);
  const api = await createApi({
    ...foundation,
    config,
    catalog: surfaceCatalog(),
    store: openArtifactStore(config),
    log,
    clock: systemClock,
  });
  const { url } = await api.listen();
  for (const [what, how, seconds] of ROUNDS) {
    const { stdout } = await promisify(execFile)(process.execPath, [CLIENT, url, key, how, String(seconds)]);
    if (what !== 'warm-up') print({ bench: 'submit', what, ...JSON.parse(stdout) });
  }
  await api.close();
  await foundation.close();
  rmSync(dataDir, { recursive: true, force: true });
}
