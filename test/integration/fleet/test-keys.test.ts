import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startService } from '../../../src/cli/service.ts';
import type { Envelope } from '../../../src/contract/envelope.ts';
import { markedProcesses } from '../../../src/fleet/reaper.ts';
import { ScratchRoot } from '../../../src/fleet/scratch.ts';
import { createKey } from '../../../src/jobs/api-keys.ts';
import { readConfig } from '../../../src/platform/config.ts';
import { type FreshDatabase, freshDatabase, testLog } from '../database.ts';

let fresh: FreshDatabase;
let dataDir: string;
beforeAll(async () => {
  fresh = await freshDatabase();
  dataDir = mkdtempSync(join(tmpdir(), 'fleet-test-keys-'));
});
afterAll(async () => {
  await fresh.drop();
  rmSync(dataDir, { recursive: true, force: true });
});

describe('given a service that captures from the live sites', () => {
  it('a test key is answered from the stage, and costs nothing', async () => {
    const config = readConfig(
      { DATABASE_URL: fresh.url, FLEET_DATA_DIR: dataDir, PORT: '0', FLEET_ORIGIN: 'live', FLEET_SLOTS: '1' },
      '/',
    );
    const service = await startService(config, testLog);
    try {
      const { key } = await createKey(fresh.db, { label: 'test', mode: 'test' }, Date.now());
      const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
      const answer = await fetch(`${service.url}/v1/search`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ query: 'best crm for startups', surfaces: ['google_ai_overview'] }),
      });
      const { children } = (await answer.json()) as { children: Envelope[] };
      expect(answer.status).toBe(200);
      expect(children[0]?.job.outcome).toBe('answered');
      expect(children[0]?.provenance.origin).toBe('stage');
      const usage = await fetch(`${service.url}/v1/usage`, { headers });
      expect(await usage.json()).toEqual({
        plan: 'credits',
        usage: { totalJobs: 0, bySurface: {} },
        balance: { plan: 'credits', credits: 500, unlimited: false },
      });
      // The browsers that know only the stage are browsers of this worker as the others are: its metrics tell of both …
      const metrics = await (await fetch(`${service.url}/metrics`)).text();
      expect(metrics).toMatch(/^fleet_browsers 2$/m);
      expect(metrics).toMatch(/^fleet_browser_launches\{result="launched"\} 2$/m);
      expect(metrics).toMatch(/^captures_total\{surface="google_ai_overview",outcome="answered"\} 1$/m);
    } finally {
      await service.stop();
    }
    // … and nothing of either is left.
    const root = new ScratchRoot(dataDir, testLog);
    expect(root.list(0)).toEqual([]);
    expect(markedProcesses(root, [])).toEqual([]);
  });
});
