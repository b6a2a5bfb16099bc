import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { captureToEnvelope } from '../../src/cli/capture.ts';
import { type CaptureSite, openCaptureSite } from '../../src/cli/capture-site.ts';
import { type Config, readConfig } from '../../src/platform/config.ts';
import { createLog } from '../../src/platform/log.ts';
import { STAGES } from '../../src/stage/registry.ts';
import { unmetExpectations } from '../../src/stage/unmet.ts';
import { surfaceByName } from '../../surfaces/index.ts';

/** Scenes that end by running out of time get little of it; the others plenty, for these machines are shared. */
const TIMEOUT_MS = 12_000;
const CAPTURE_MS = 60_000;
const log = createLog('fatal', 'scenes');
const dataDir = mkdtempSync(join(tmpdir(), 'fleet-scenes-'));
const environment = {
  FLEET_ORIGIN: 'stage',
  FLEET_DATA_DIR: dataDir,
  FLEET_CAPTURE_TIMEOUT_MS: String(CAPTURE_MS),
};
const config: Config = readConfig(environment, '/');
let site: CaptureSite;
const seats = (ms: number): CaptureSite => ({ ...site, seat: { ...site.seat, captureTimeoutMs: ms } });

beforeAll(async () => {
  site = await openCaptureSite(config, log);
  await site.seat.pool.start();
});

afterAll(async () => {
  await site?.close();
  rmSync(dataDir, { recursive: true, force: true });
});

describe.each(STAGES)('stage scenes of $surface', (stage) => {
  it.concurrent.each(Object.keys(stage.scenes))('%s ends as the scene intends', async (name) => {
    const surface = surfaceByName(stage.surface);
    const scene = stage.scenes[name];
    if (surface === undefined || scene === undefined)
      throw new Error(`${stage.surface} has a stage but no adapter`);
    const query = `[scene:${name}] best crm for startups`;
    const ms = scene.expect.outcome === 'timeout' ? TIMEOUT_MS : CAPTURE_MS;
    const means = [{ ...config, captureTimeoutMs: ms }, seats(ms), log] as const;
    // A scene that fails first is asked again, as the queue would.
    let envelope = await captureToEnvelope({ query, surface, region: null }, ...means);
    for (let attempt = 2; attempt <= (scene.expect.attempts ?? 1); attempt++) {
      envelope = await captureToEnvelope({ query, surface, region: null }, ...means);
    }
    expect(unmetExpectations(scene.expect, envelope)).toEqual([]);
    expect(envelope.job.query).toBe(query);
  });
});
