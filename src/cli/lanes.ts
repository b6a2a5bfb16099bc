import { Command, InvalidArgumentError } from 'commander';
import { FleetError } from '../contract/errors.ts';
import { FLEET_SURFACES, type FleetSurface } from '../contract/surface-name.ts';
import { type LaneView, readLanes } from '../fleet/lane-row.ts';
import { type Lane, Lanes } from '../fleet/lanes.ts';
import { isoTime } from '../platform/clock.ts';
import { processConfig } from '../platform/config.ts';
import type { Database } from '../platform/database.ts';
import { DIRECT } from '../platform/lanes-setting.ts';
import { createLog } from '../platform/log.ts';
import { joinMigratedDatabase, Opened } from './foundation.ts';

const MINUTE_MS = 60_000;

async function withLanes<T>(work: (lanes: Lanes, db: Database) => Promise<T>): Promise<T> {
  const config = processConfig();
  const opened = new Opened();
  try {
    const db = await joinMigratedDatabase(config, createLog('warn', 'lanes'), opened);
    return await work(new Lanes({ db, setting: config.lanes }), db);
  } finally {
    await opened.close();
  }
}

function laneOf(surface: string, egress: string): Lane {
  const name: FleetSurface | undefined = FLEET_SURFACES.find((known) => known === surface);
  if (name === undefined) {
    throw new FleetError('INPUT_UNREADABLE', `no surface ${JSON.stringify(surface)}`, {
      fix: `one of ${FLEET_SURFACES.join(', ')}`,
    });
  }
  return { surface: name, egress };
}

function withoutLimits({ surface, egress }: Lane): FleetError {
  return new FleetError('INPUT_UNREADABLE', `${surface}/${egress} has no limits: workers would not look`, {
    fix: `give it some in FLEET_LANES, for the workers too: "${surface}/${egress}: at-once=10"`,
  });
}

function readEgress(text: string): string {
  const egress = text.length === 2 ? text.toUpperCase() : text.toLowerCase();
  if (!/^([A-Z]{2}|direct|stage)$/.test(egress))
    throw new InvalidArgumentError('must be a country of FLEET_EGRESS, direct or stage');
  return egress;
}

function readMinutes(text: string): number {
  const minutes = Number(text);
  if (!(minutes > 0)) throw new InvalidArgumentError('must be a number of minutes');
  return minutes;
}

/** One lane in one line: what it does, why, until when, and its limits. */
export function describeLane(lane: LaneView): string {
  const { surface, egress, phase, inFlight, settings, waiting, until, detail, openings } = lane;
  const words = [`${surface}/${egress}`, phase, `${inFlight} in flight`];
  if (waiting !== null) words.push(`waits: ${waiting}${until === null ? '' : ` until ${isoTime(until)}`}`);
  if (detail !== null) words.push(`because: ${detail}${openings > 1 ? ` (${openings} times in a row)` : ''}`);
  words.push(settings === null ? 'not used yet' : `${settings.perMinute}/min, ${settings.atOnce} at once`);
  return words.join('  ');
}

/** `fleet lanes [list]|close|open`: how each surface is used through each egress, and the operator's hand on it. */
export function lanesCommand(): Command {
  const lanes = new Command('lanes').description('lanes (surface × egress): list, close, open');
  lanes
    .command('list', { isDefault: true })
    .description('every lane used so far: its breaker, what is in flight, why the next capture would wait')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const all = await withLanes((_lanes, db) => readLanes(db));
      const text = all.map(describeLane).join('\n') || 'no lanes used yet';
      process.stdout.write(`${options.json ? JSON.stringify(all) : text}\n`);
    });
  lanes
    .command('close')
    .description('start no more captures on a lane; those under way end, the others wait')
    .argument('<surface>')
    .option('--egress <name>', 'country of FLEET_EGRESS, direct or stage', readEgress, DIRECT)
    .option('--minutes <n>', 'for so long; until opened by default', readMinutes)
    .option('--reason <text>', 'shown to whoever wonders', 'closed by hand')
    .action(async (surface: string, options: { egress: string; minutes?: number; reason: string }) => {
      const lane = laneOf(surface, options.egress);
      const forMs = options.minutes === undefined ? null : options.minutes * MINUTE_MS;
      await withLanes(async (all) => {
        if (all.settingsOf(lane) === null) throw withoutLimits(lane);
        await all.close(lane, options.reason, forMs);
      });
      process.stdout.write(`closed ${lane.surface}/${lane.egress}\n`);
    });
  lanes
    .command('open')
    .description('let captures through again, whether it was closed by hand or cools down; its pace stays')
    .argument('<surface>')
    .option('--egress <name>', 'country of FLEET_EGRESS, direct or stage', readEgress, DIRECT)
    .action(async (surface: string, options: { egress: string }) => {
      const lane = laneOf(surface, options.egress);
      await withLanes((all) => all.open(lane));
      process.stdout.write(`opened ${lane.surface}/${lane.egress}\n`);
    });
  return lanes;
}
