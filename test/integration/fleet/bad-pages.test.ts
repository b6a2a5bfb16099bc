import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Envelope } from '../../../src/contract/envelope.ts';
import { DEFAULT_ACCOUNT } from '../../../src/jobs/account.ts';
import { readAccount } from '../../../src/jobs/accounts.ts';
import { surfaceByName } from '../../../surfaces/index.ts';
import { openWorkerWorld, type WorkerWorld } from '../worker-world.ts';

/** A page that fails, what its child must end as, and after how many attempts: what cannot get better is tried once. */
const PAGES: [surface: 'chatgpt' | 'google_ai_overview', scene: string, outcome: string, attempts: number][] =
  [
    ['google_ai_overview', 'absent', 'absent', 1],
    ['google_ai_overview', 'declined', 'declined', 1],
    ['google_ai_overview', 'sorry', 'challenge', 1],
    ['google_ai_overview', 'throttled', 'throttled', 1],
    ['google_ai_overview', 'http-500', 'surface_error', 3],
    ['google_ai_overview', 'reset', 'navigation_failed', 3],
    ['chatgpt', 'login-wall', 'login_wall', 1],
    ['chatgpt', 'unreadable', 'extraction_empty', 1],
    ['chatgpt', 'hang', 'timeout', 3],
  ];

let world: WorkerWorld;
beforeAll(async () => {
  const surfaces = ['chatgpt', 'google_ai_overview'].map((name) => surfaceByName(name));
  world = await openWorkerWorld({
    surfaces: surfaces.filter((surface) => surface !== undefined),
    captureTimeoutMs: 20_000,
  });
  await world.worker({ slots: 2 });
});
afterAll(() => world.close());

describe('given pages that are empty, walled, failing or hanging (situation 8)', () => {
  it('each child ends once, says what happened, is tried three times at most and costs nothing', async () => {
    const before = await readAccount(world.fresh.db, DEFAULT_ACCOUNT);
    const ends = await Promise.all(
      PAGES.map(async ([surface, scene]): Promise<Envelope | undefined> => {
        const { jobId } = await world.submit(`[scene:${scene}] best crm`, { surfaces: [surface] });
        return (await world.ended(jobId, 240_000))[0];
      }),
    );
    const told = ends.map((envelope, index) => ({ page: PAGES[index]?.[1], envelope }));
    for (const [index, [, , outcome, attempts]] of PAGES.entries()) {
      const envelope = told[index]?.envelope;
      const ended = envelope && {
        outcome: envelope.job.outcome,
        attempts: envelope.job.attempts,
        present: envelope.provenance.surfacePresent === true && envelope.answer.text !== '',
      };
      expect(ended, PAGES[index]?.[1]).toEqual({ outcome, attempts, present: false });
      expect(envelope?.job.warnings.length ?? 0, PAGES[index]?.[1]).toBeGreaterThanOrEqual(
        envelope?.job.status === 'completed' ? 1 : 0,
      );
      if (envelope?.job.status === 'failed') expect(envelope.job.failure?.code).toBe(outcome);
    }
    const after = await readAccount(world.fresh.db, DEFAULT_ACCOUNT);
    const spent = (before?.credits ?? 0) - (after?.credits ?? 0);
    const attempts = ends.reduce((sum, envelope) => sum + (envelope?.job.attempts ?? 0), 0);
    process.stdout.write(`situation 8: ${JSON.stringify({ pages: PAGES.length, attempts, spent })}\n`);
    expect({ spent, reserved: after?.reserved, open: after?.openChildren }).toEqual({
      spent: 0,
      reserved: 0,
      open: 0,
    });
  }, 300_000);
});
