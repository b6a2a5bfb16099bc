import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startService } from '../../../src/cli/service.ts';
import { createKey } from '../../../src/jobs/api-keys.ts';
import { readConfig } from '../../../src/platform/config.ts';
import { type FreshDatabase, freshDatabase, testLog } from '../database.ts';

let fresh: FreshDatabase;
let dataDir: string;
beforeAll(async () => {
  fresh = await freshDatabase();
  dataDir = mkdtempSync(join(tmpdir(), 'fleet-lane-status-'));
});
afterAll(async () => {
  await fresh.drop();
  rmSync(dataDir, { recursive: true, force: true });
});

describe('given a running service whose lane met a wall', () => {
  it('the queue says which lane its captures wait for, why and until when; so do the metrics', async () => {
    const environment = {
      ...{ DATABASE_URL: fresh.url, FLEET_DATA_DIR: dataDir, PORT: '0', FLEET_ORIGIN: 'stage' },
      ...{ FLEET_SLOTS: '2', FLEET_LANES: 'stage: cool-down=2h, per-minute=6000' },
    };
    const service = await startService(readConfig(environment, '/'), testLog);
    try {
      const { key } = await createKey(fresh.db, { label: 'test' }, Date.now());
      const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
      const search = (query: string, mode: string) =>
        fetch(`${service.url}/v1/search?mode=${mode}`, {
          ...{ method: 'POST', headers },
          body: JSON.stringify({ query, surfaces: ['chatgpt'] }),
        });
      const met = await (await search('[scene:challenge] hello', 'sync')).json();
      expect(met).toMatchObject({ children: [{ job: { outcome: 'challenge', attempts: 1 } }] });

      expect((await search('hello', 'async')).status).toBe(202);
      const status = await (await fetch(`${service.url}/v1/async/status`, { headers })).json();
      expect(status).toMatchObject({
        ...{ queued: 1, processing: 0 },
        surfaces: [
          {
            ...{ surface: 'chatgpt', waiting: 'lane_shut' },
            regions: [
              {
                region: 'GLOBAL',
                lane: { egress: 'stage', phase: 'cooling', reason: 'cooling_down', detail: 'challenge' },
              },
            ],
          },
        ],
      });
      const { until } = (status as { surfaces: { regions: { lane: { until: string } }[] }[] }).surfaces[0]
        ?.regions[0]?.lane ?? { until: '' };
      expect(Date.parse(until)).toBeGreaterThan(Date.now() + 3_600_000);
      const metrics = await (await fetch(`${service.url}/metrics`)).text();
      expect(metrics).toContain('fleet_lane_phase{surface="chatgpt",egress="stage",phase="cooling"} 1');
      expect(metrics).toContain('fleet_lane_in_flight{surface="chatgpt",egress="stage"} 0');
      // Those of its worker's browsers stand beside them.
      expect(metrics).toMatch(/^fleet_browser_launches\{result="launched"\} [1-9]/m);
      expect(metrics).toMatch(/^fleet_orphan_processes 0$/m);
    } finally {
      await service.stop();
    }
  });
});
