import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { judgeRun } from '../chaos/chaos-run.ts';
import { type ChaosWorld, openChaosWorld } from '../chaos/chaos-world.ts';
import { Feed } from '../chaos/feed.ts';
import { PREVIOUS_COMMIT, unpackCommit } from './previous-version.ts';

/** Workers first, so that the schema becomes the new one under processes that are all of the version before. */
const ORDER = ['worker-0', 'api-0', 'courier', 'worker-1', 'api-1'];
const PATIENCE_MS = 240_000;
const migrationRow = z.object({ count: z.coerce.number() });
const ended = /^(?:completed|failed)$/;

let directory: string;
let tree: string | undefined;
let world: ChaosWorld;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'cv'));
  tree = unpackCommit(PREVIOUS_COMMIT, directory);
  world = await openChaosWorld({ workers: 2, apis: 2, beginsAs: tree });
}, 300_000);
afterAll(async () => {
  await world?.close();
  rmSync(directory, { recursive: true, force: true });
});

async function until(reached: () => Promise<boolean>, what: string): Promise<void> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  while (!(await reached())) {
    if (performance.now() > giveUpAt) throw new Error(`not reached in time: ${what}`);
    await pause(200);
  }
}

const steps = (): Promise<number> =>
  world.look(async (db) => {
    const { rows } = await db.query('SELECT count(*) AS count FROM fleet.migration');
    return migrationRow.parse(rows[0]).count;
  });

const envelopeShape = z.looseObject({ job: z.looseObject({ status: z.string() }) });

async function childAt(port: number | undefined, id: string): Promise<z.infer<typeof envelopeShape>> {
  const answer = await fetch(`http://127.0.0.1:${port}/v1/jobs/${id}`, {
    headers: { authorization: `Bearer ${world.apiKey}` },
  });
  expect(answer.status).toBe(200);
  return envelopeShape.parse(await answer.json());
}

/** One of the children accepted so far that has ended, as both APIs tell of it. */
async function endedChild(feed: Feed): Promise<[unknown, unknown]> {
  const ids = feed.accepted.flatMap(({ childIds }) => childIds);
  let found: [unknown, unknown] | undefined;
  await until(async () => {
    for (const id of ids) {
      const told = await childAt(world.ports[0], id);
      if (!ended.test(told.job.status)) continue;
      found = [told, await childAt(world.ports[1], id)];
      return true;
    }
    return false;
  }, 'a child that has ended');
  return found ?? [undefined, undefined];
}

describe('a fleet renewed process by process under load, the version before and this one side by side (situation 23)', () => {
  it('loses nothing, does nothing twice, and each version reads what the other wrote', async () => {
    const feed = new Feed({ ...world, seed: 23, everyMs: 2_500, webhookUrl: world.receiver.url });
    const before = await steps();
    const feeding = feed.run();
    await until(async () => feed.accepted.length >= 3, 'searches accepted by the version before');
    const ends: Record<string, number | string> = {};
    let told: [unknown, unknown] = [undefined, undefined];
    for (const name of ORDER) {
      ends[name] = await world.renew(name);
      const accepted = feed.accepted.length;
      await until(async () => feed.accepted.length >= accepted + 2, `searches accepted after ${name}`);
      // Now the first API is new and the second one old, and workers are one of each.
      if (name === 'api-0') told = await endedChild(feed);
    }
    const renewedAt = Date.now();
    await feed.finish();
    await feeding;
    const now = await steps();
    const { violations, tally } = await judgeRun(world, feed, renewedAt, () => undefined);
    const { violations: _counted, ...counts } = tally;
    const version = tree === undefined ? 'not in this clone' : PREVIOUS_COMMIT.slice(0, 7);
    process.stdout.write(`situation 23: ${JSON.stringify({ version, before, now, ends, ...counts })}\n`);
    expect(ends).toEqual(Object.fromEntries(ORDER.map((name) => [name, 0])));
    if (tree !== undefined) expect(now).toBeGreaterThan(before);
    const [byNew, byOld] = told;
    expect(byNew).toMatchObject(envelopeShape.parse(byOld));
    expect(violations).toEqual([]);
  }, 900_000);
});
