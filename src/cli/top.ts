import { setTimeout as pause } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import { FleetError } from '../contract/errors.ts';
import { type FleetView, readFleetView } from '../fleet/fleet-view.ts';
import { systemClock } from '../platform/clock.ts';
import { processConfig } from '../platform/config.ts';
import type { Database } from '../platform/database.ts';
import { createLog } from '../platform/log.ts';
import { joinMigratedDatabase, Opened } from './foundation.ts';
import { topScreen } from './top-screen.ts';

const COLUMNS = 160;
/** Cursor home and erase below (ECMA-48): a screen replaces the one before without flicker. */
const REPLACE = '\u001b[H\u001b[J';

interface TopOptions {
  interval: number;
  once?: boolean;
  json?: boolean;
}

function readSeconds(text: string): number {
  const seconds = Number(text);
  if (!(seconds >= 0.2 && seconds <= 3_600)) throw new InvalidArgumentError('must be 0.2 to 3600 seconds');
  return seconds;
}

function show(view: FleetView, options: TopOptions): void {
  if (options.json) return void process.stdout.write(`${JSON.stringify(view)}\n`);
  const { isTTY, columns = COLUMNS, rows } = process.stdout;
  const live = isTTY && !options.once;
  // The last row is the cursor's, which stands below the screen.
  const room = live && rows > 1 ? rows - 1 : undefined;
  const screen = `${topScreen(view, isTTY ? columns : COLUMNS, room).join('\n')}\n`;
  process.stdout.write(live ? `${REPLACE}${screen}` : screen);
}

/** What a look shows; undefined: there is nothing to look at, for the database went away since the look before. */
async function nextLook(db: Database, interval: number): Promise<FleetView | undefined> {
  try {
    return await readFleetView(db, systemClock.now());
  } catch (error) {
    if (!(error instanceof FleetError && error.code === 'DATABASE_UNAVAILABLE')) throw error;
    const { isTTY } = process.stdout;
    const said = `${error.message}; looking again every ${interval} s\n`;
    if (isTTY) process.stdout.write(`${REPLACE}${said}`);
    else process.stderr.write(said);
    return undefined;
  }
}

/** `fleet top`: workers, slots, queues, lanes and ends per minute of the whole fleet, read from its database alone. */
export function topCommand(): Command {
  return new Command('top')
    .description('the whole fleet, live: workers, slots, queues, lanes, ends per minute (Ctrl-C ends)')
    .option('--interval <seconds>', 'between two looks', readSeconds, 2)
    .option('--once', 'look once')
    .option('--json', 'one JSON object a look')
    .action(async (options: TopOptions) => {
      const opened = new Opened();
      const leaving = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => leaving.abort());
      try {
        const db = await joinMigratedDatabase(processConfig(), createLog('warn', 'top'), opened);
        show(await readFleetView(db, systemClock.now()), options);
        while (!options.once && !leaving.signal.aborted) {
          await untilNextLook(options.interval * 1_000, leaving.signal);
          if (leaving.signal.aborted) break;
          const view = await nextLook(db, options.interval);
          if (view !== undefined) show(view, options);
        }
      } finally {
        await opened.close();
      }
    });
}

/** Waits, or until somebody wants to leave. */
async function untilNextLook(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await pause(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
