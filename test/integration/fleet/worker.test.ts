import { rmSync, writeFileSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OUTCOME_RULES, OUTCOMES, type Outcome } from '../../../src/contract/outcome.ts';
import type { AnswerWatch, Surface } from '../../../src/contract/surface.ts';
import { BrowserPool } from '../../../src/fleet/browser-pool.ts';
import { findBrowser } from '../../../src/platform/browser-binary.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { readConfig } from '../../../src/platform/config.ts';
import { echoSurface } from '../capture/echo-surface.ts';
import { testLog } from '../database.ts';
import { echoStage } from '../stage/echo-stage.ts';
import { openWorkerWorld, type WorkerWorld } from '../worker-world.ts';

/** The echo surface, reading the outcome it shall report from the query: `outcome:absent …`. */
const scripted: Surface = (() => {
  const echo = echoSurface();
  return echoSurface({
    extract: (record) => {
      const asked = /outcome:(\w+)/.exec(record.query)?.[1];
      const outcome = OUTCOMES.find((known) => known === asked);
      return outcome === undefined ? echo.extract(record) : { ...echo.extract(record), outcome };
    },
  });
})();

const FIELD = { name: 'field', any: ['#field'] } as const;
const WATCH: AnswerWatch = {
  answer: { name: 'answer', any: ['.answer'] },
  busy: [{ name: 'streaming', any: ['[data-streaming]'] }],
  done: [{ name: 'complete', any: ['[data-complete]'] }],
  ...{ stableMs: 150, floorMs: 3_000, firstSignMs: 10_000 },
};

let world: WorkerWorld;
beforeEach(async () => {
  world = await openWorkerWorld({ surfaces: [scripted], stages: [echoStage()] });
});
afterEach(async () => {
  await world.close();
});

async function filesUnder(folder: string): Promise<string[]> {
  const names = await readdir(join(world.dataDir, 'artifacts'), { recursive: true, withFileTypes: true });
  return names
    .filter((entry) => entry.isFile() && entry.parentPath.includes(`/${folder}/`))
    .map(({ name }) => name);
}

async function ownPool(): Promise<BrowserPool> {
  const { path, binary } = await findBrowser(readConfig({}, '/'), 'shell');
  return new BrowserPool(
    { executablePath: path, binary, stagePort: world.stage.port, plugins: [], log: testLog },
    systemClock,
  );
}

describe('a worker', () => {
  it('drains a backlog with few slots, every child once, each with one set of proof', async () => {
    const jobs = await Promise.all(
      Array.from({ length: 8 }, (_unused, index) => world.submit(`query ${index}`)),
    );
    await world.worker({ slots: 3 });
    for (const { jobId } of jobs) {
      const [envelope] = await world.ended(jobId);
      expect(envelope?.job).toMatchObject({ status: 'completed', outcome: 'answered', attempts: 1 });
    }
    expect(await filesUnder('proof')).toHaveLength(8);
    expect(await filesUnder('shots')).toHaveLength(16);
  });

  it('does not ask all captures at once, while those that were asked wait for their answers together', async () => {
    let [asking, mostAsking, waiting] = [0, 0, 0];
    const together = echoSurface({
      drive: async (_page, request, tools) => {
        mostAsking = Math.max(mostAsking, ++asking);
        await tools.open('https://echo.test/');
        await tools.compose(FIELD, request.query);
        await tools.submit({ name: 'send', any: ['#send'] }, FIELD);
        asking--;
        await tools.awaitAnswer(WATCH);
        waiting++;
        // Ends only if all of them wait for their answers together.
        while (waiting < 3) await tools.pause(50);
      },
    });
    const jobs = await Promise.all([0, 1, 2].map((index) => world.submit(`together ${index}`)));
    await world.worker({ surfaces: [together], slots: 3, asksAtOnce: 1, captureTimeoutMs: 60_000 });
    for (const { jobId } of jobs) {
      const [envelope] = await world.ended(jobId, 50_000);
      expect(envelope?.job).toMatchObject({ outcome: 'answered', attempts: 1 });
    }
    // One after the other; a place that was held for 10 s, on a very busy machine, lets one more in.
    expect(mostAsking).toBeLessThan(3);
  });

  it('prepares the next capture while a proof is taken, and uses no more pages at once than it has slots', async () => {
    const pool = await ownPool();
    const acquire = pool.acquire.bind(pool);
    const [acquired, navigated, givenBack] = [[], [], []] as [number[], number[], number[]];
    pool.acquire = async (order, deadline) => {
      const leased = await acquire(order, deadline);
      acquired.push(performance.now());
      return {
        ...leased,
        release: (healthy) => {
          givenBack.push(performance.now());
          return leased.release(healthy);
        },
      };
    };
    const { jobId } = await world.submit('one after the other', { replicates: 8 });
    await world.worker({ pool, slots: 1, onDispatch: () => navigated.push(performance.now()) });
    const envelopes = await world.ended(jobId);
    expect(envelopes.map(({ job }) => [job.outcome, job.attempts])).toEqual(Array(8).fill(['answered', 1]));
    // By order, not by how long: each page is used when the one before was given back …
    const used = [...navigated.map((at) => ({ at, by: 1 })), ...givenBack.map((at) => ({ at, by: -1 }))];
    let now = 0;
    for (const { by } of used.sort((one, other) => one.at - other.at)) {
      now += by;
      expect(now).toBeLessThanOrEqual(1);
    }
    // … and was mostly there before that: on a machine however busy at least once.
    const early = acquired.slice(1).filter((at, index) => at < (givenBack[index] ?? 0));
    expect(early.length).toBeGreaterThan(0);
  });

  it('runs a child again when its browser is killed in the middle, and stores one set of proof', async () => {
    const pool = await ownPool();
    await world.worker({ pool, slots: 1 });
    const { jobId } = await world.submit('[scene:plain] hello');
    await until(() => world.stage.requests().some(({ path }) => path === '/answer'));
    for (const pid of pool.pids) process.kill(pid, 'SIGKILL');
    const [envelope] = await world.ended(jobId);
    expect(envelope?.job).toMatchObject({
      status: 'completed',
      outcome: 'answered',
      attempts: 2,
      failure: null,
    });
    expect(await filesUnder('proof')).toHaveLength(1);
    expect(await filesUnder('raw')).toHaveLength(2);
  });

  it('gives back what it cannot finish when it must stop, without counting the attempt', async () => {
    const first = await world.worker({ slots: 1, drainMs: 50 });
    const { jobId, children } = await world.submit('[scene:silent] hello');
    await until(() => first.busy === 1);
    await until(() => world.stage.requests().some(({ path }) => path === '/answer'));
    await first.stop();
    const [childId = ''] = children;
    expect((await world.envelope(childId)).job).toMatchObject({ status: 'queued', attempts: 0 });
    await world.fresh.db.query(`UPDATE fleet.job SET query = 'hello' WHERE id = $1`, [jobId]);
    await world.worker();
    const [envelope] = await world.ended(jobId);
    expect(envelope?.job).toMatchObject({ status: 'completed', attempts: 1 });
  });

  it('keeps accepted children while proof cannot be stored, and captures them once it can', async () => {
    const blocked = join(world.dataDir, 'artifacts');
    writeFileSync(blocked, 'a file where the directory should be');
    await world.worker();
    const { jobId, children } = await world.submit('hello');
    await until(() => world.stage.requests().some(({ path }) => path === '/answer'));
    const [childId = ''] = children;
    await until(async () => (await world.envelope(childId)).job.status === 'queued');
    rmSync(blocked);
    await mkdir(blocked);
    const [envelope] = await world.ended(jobId);
    expect(envelope?.job).toMatchObject({ status: 'completed', attempts: 1 });
  });

  it('throws away the work of an attempt that is no longer the one that counts', async () => {
    const worker = await world.worker({ slots: 1 });
    const { jobId, children } = await world.submit('hello');
    await until(() => worker.busy === 1);
    const [childId = ''] = children;
    await until(async () => (await world.envelope(childId)).job.status === 'processing');
    // Somebody else holds the child now.
    await world.fresh.db.query(`UPDATE fleet.child SET claimed_retry = 7 WHERE id = $1`, [childId]);
    await until(() => worker.attempts === 0);
    expect((await world.envelope(childId)).job.status).toBe('processing');
    expect(await filesUnder('proof')).toEqual([]);
    expect(await filesUnder('raw')).toEqual([]);
    await world.fresh.db.query('DELETE FROM fleet.job WHERE id = $1', [jobId]);
  });

  it.each(OUTCOMES)('ends a capture whose outcome is %s as the taxonomy says', async (outcome: Outcome) => {
    await world.worker();
    const { jobId } = await world.submit(`outcome:${outcome}`);
    const [envelope] = await world.ended(jobId);
    const rule = OUTCOME_RULES[outcome];
    expect(envelope?.job.status).toBe(rule.childStatus);
    expect(envelope?.job.outcome).toBe(outcome);
    expect(envelope?.job.warnings).toEqual(rule.warning === null ? [] : [rule.warning]);
    expect(envelope?.job.failure?.code).toBe(rule.childStatus === 'failed' ? outcome : undefined);
    expect(envelope?.job.attempts).toBe(rule.retry === 'retry' ? 3 : 1);
    expect(envelope?.provenance.surfacePresent).toBe(rule.surfacePresent);
    expect(envelope?.answer.text === '').toBe(!outcome.startsWith('answered'));
    expect(await filesUnder('proof')).toHaveLength(1);
  });
});

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = systemClock.monotonic() + 30_000;
  while (!(await condition())) {
    if (systemClock.monotonic() > end) throw new Error('the awaited condition never came');
    await new Promise((done) => setTimeout(done, 20));
  }
}
