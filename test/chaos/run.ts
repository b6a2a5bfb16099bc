import { parseArgs } from 'node:util';
import { z } from 'zod';
import { runChaos } from './chaos-run.ts';

/** `npm run chaos [-- --minutes 30 --seed N]`: a fleet under faults; exits 1 when the oracle finds anything. */
const count = z.coerce.number().int().positive();
const optionsSchema = z.object({
  minutes: z.coerce
    .number()
    .positive()
    .max(24 * 60),
  seed: z.coerce.number().int().nonnegative(),
  workers: count,
  apis: count,
  'every-ms': count,
  'at-most-open': count,
});
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    workers: { type: 'string', default: '3' },
    apis: { type: 'string', default: '2' },
    'every-ms': { type: 'string', default: '2500' },
    'at-most-open': { type: 'string', default: '60' },
  },
});
const read = optionsSchema.safeParse(values);
const say = (line: string): void => void process.stdout.write(`${line}\n`);
if (!read.success) {
  say(
    'usage: npm run chaos -- --minutes <n> --seed <n> [--workers 3] [--apis 2] [--every-ms 2500] [--at-most-open 60]',
  );
  process.exitCode = 2;
} else {
  const { minutes, seed, workers, apis, 'every-ms': everyMs, 'at-most-open': atMostOpen } = read.data;
  const given = { seed, workers, apis, everyMs, atMostOpen, durationMs: Math.round(minutes * 60_000) };
  const { violations, tally, retries, settledMs, faults } = await runChaos({ ...given, say, keep: true });
  for (const { rule, subject, detail } of violations) say(`VIOLATION ${rule}: ${subject} ${detail}`);
  const kinds = new Set(faults.map(({ kind }) => kind)).size;
  const all = { minutes, seed, faults: faults.length, kinds, retries, settledMs, ...tally };
  say(`chaos: ${JSON.stringify(all, null, 2)}`);
  say(violations.length === 0 ? 'no violation' : `${violations.length} violations`);
  process.exitCode = violations.length === 0 ? 0 : 1;
}
