import { expect, it } from 'vitest';
import { watchWorkers } from '../../../src/fleet/worker-metrics.ts';
import { openDatabase } from '../../../src/platform/database.ts';
import { createMetrics } from '../../../src/platform/metrics.ts';
import { testLog } from '../database.ts';
import { openJobsWorld } from '../jobs/jobs-world.ts';
import { silentProxy } from '../silent-proxy.ts';

it('a scrape while the connection to the database is half open tells what the process knows, and that it is', async () => {
  const world = await openJobsWorld();
  const proxy = await silentProxy(new URL(world.url));
  const db = openDatabase(proxy.url, { log: testLog });
  try {
    const metrics = createMetrics();
    metrics.leaseLost.inc();
    watchWorkers(metrics, db, testLog);
    const before = (await metrics.text()).body;
    expect(before).toMatch(/^fleet_workers 0$/m);
    expect(before).toMatch(/^fleet_database_answers 1$/m);
    proxy.silence();
    // The statements themselves wait for 20 s: a scrape that waited for them would say more than this.
    const { body } = await metrics.text();
    expect(body).toMatch(/^lease_lost_total 1$/m);
    expect(body).toMatch(/^fleet_database_answers 0$/m);
    expect(body).not.toMatch(/^fleet_workers /m);
  } finally {
    await db.close();
    proxy.close();
    await world.close();
  }
});
