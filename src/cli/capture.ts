import { Command } from 'commander';
import { packRecord, storeCapture } from '../artifacts/capture-artifacts.ts';
import type { Envelope } from '../contract/envelope.ts';
import { FleetError } from '../contract/errors.ts';
import { formatChildId } from '../contract/ids.ts';
import { isCountryCode, type Region, regionKey } from '../contract/region.ts';
import type { Surface } from '../contract/surface.ts';
import { buildEnvelope } from '../fleet/build-envelope.ts';
import { captureOnce } from '../fleet/capture-once.ts';
import { readCapture } from '../fleet/read-capture.ts';
import { isoTime, systemClock } from '../platform/clock.ts';
import { type Config, processConfig } from '../platform/config.ts';
import { Deadline } from '../platform/deadline.ts';
import { newJobId } from '../platform/identifiers.ts';
import { createLog, type Log } from '../platform/log.ts';
import { type CaptureSite, openCaptureSite } from './capture-site.ts';
import { requireSurface } from './extract-input.ts';
import { Opened, openMigratedDatabase } from './foundation.ts';
import { describeEnvelope } from './summary.ts';

/** `fleet capture`: one capture without API and database, straight through the same code. */
export function captureCommand(): Command {
  return new Command('capture')
    .description('capture one query on one surface and store its proof')
    .argument('<query>')
    .requiredOption('--surface <name>', 'surface to capture')
    .option('--region <country>', 'ISO 3166-1 alpha-2 country')
    .option('--json', 'print the Envelope as JSON')
    .action(async (query: string, options: { surface: string; region?: string; json?: boolean }) => {
      const config = processConfig();
      const log = createLog(options.json ? 'error' : config.logLevel, 'capture');
      const surface = requireSurface(options.surface);
      const region = regionOf(options.region);
      const opened = new Opened();
      try {
        // Profiles live in the database; without one the capture is anonymous.
        const db =
          config.databaseUrl === undefined ? undefined : await openMigratedDatabase(config, log, opened);
        const site = opened.add(await openCaptureSite(config, log, db), (part) => part.close());
        const envelope = await captureToEnvelope({ query, surface, region }, config, site, log);
        const text = options.json ? JSON.stringify(envelope) : describeEnvelope(envelope, site.store);
        process.stdout.write(`${text}\n`);
        if (envelope.job.status === 'failed') process.exitCode = 1;
      } finally {
        await opened.close();
      }
    });
}

function regionOf(country: string | undefined): Region | null {
  if (country === undefined) return null;
  const code = country.toUpperCase();
  if (!isCountryCode(code)) {
    throw new FleetError(
      'INPUT_UNREADABLE',
      `--region ${JSON.stringify(country)} is not an ISO 3166-1 alpha-2 country code`,
    );
  }
  return { country: code };
}

interface Asked {
  query: string;
  surface: Surface;
  region: Region | null;
}

/** Captures once and stores the proof; throws only what is no outcome of the page. */
export async function captureToEnvelope(
  asked: Asked,
  config: Config,
  site: CaptureSite,
  log: Log,
): Promise<Envelope> {
  const { surface, region, query } = asked;
  const requestedAt = isoTime(systemClock.now());
  const id = formatChildId({
    jobId: newJobId(),
    surface: surface.name,
    method: 'own-fleet',
    regionKey: regionKey(region),
    replicate: 1,
  });
  const deadline = Deadline.after(config.captureTimeoutMs);
  const captured = await captureOnce({ ...asked, origin: config.origin }, site.seat, deadline, log);
  const body = readCapture(surface, captured.record);
  const owner = { id, requestedAt, attempt: '1' };
  const completedAt = isoTime(systemClock.now());
  const facts = {
    ...{ id, query, surface: surface.name, regionKey: regionKey(region) },
    ...{ replicate: 1, attempts: 1, requestedAt, completedAt },
  };
  const files = { ...captured, record: packRecord(captured.record) };
  const { envelope } = await storeCapture(site.store, owner, files, (artifacts) =>
    buildEnvelope(facts, body, captured.record, artifacts),
  );
  return envelope;
}
