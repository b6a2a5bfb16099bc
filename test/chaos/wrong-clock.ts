import { readFileSync } from 'node:fs';

/**
 * Loaded into a process before everything else (`node --import`): its wall clock goes wrong by the milliseconds that the
 * file named by CHAOS_CLOCK_FILE holds, from the start and anew at each SIGUSR2, which is a step of a running clock. The
 * monotonic clock stays true, as it does when a machine's time is set.
 */
const file = process.env.CHAOS_CLOCK_FILE;
const TrueDate = Date;
let skewMs = 0;

function read(): void {
  if (file !== undefined) skewMs = Number(readFileSync(file, 'utf8'));
}

const now = (): number => TrueDate.now() + skewMs;

// A proxy, and no subclass: what is a Date for one stays a Date for the other.
globalThis.Date = new Proxy(TrueDate, {
  apply: () => new TrueDate(now()).toString(),
  construct: (target, given, newTarget) =>
    Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget),
  get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
});
read();
process.on('SIGUSR2', read);
