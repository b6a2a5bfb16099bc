import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect } from 'vitest';
import type { CapturePage } from '../../../src/contract/page-record.ts';
import { PageCapturer } from '../../../src/fleet/page-capturer.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import type { Config } from '../../../src/platform/config.ts';
import { openPageSite, type PageSite } from '../capture/page-world.ts';
import { testLog } from '../database.ts';
import { openAccount } from '../jobs/jobs-world.ts';
import { startPageWorker } from '../page-worker.ts';
import { type ApiWorld, openApiWorld } from './api-world.ts';
import { type FrontAnswer, type FrontClient, frontClient } from './front-client.ts';

/** The API with page captures of a site on loopback, and a worker of the fleet that serves pages. */
export interface ContentWorld {
  api: ApiWorld;
  site: PageSite;
  client: FrontClient;
  /** Polls a run until it has ended, as clients do. */
  ended(client: FrontClient, runId: string): Promise<FrontAnswer>;
  close(): Promise<void>;
}

/** A client of an account of its own. */
export interface Tenant extends FrontClient {
  accountId: string;
}

export async function openTenant(api: ApiWorld, credits = 100): Promise<Tenant> {
  const accountId = `acct_${randomUUID()}`;
  await openAccount(api.db, accountId, credits);
  return { ...(await frontClient(api, 'sleepwalker', { accountId })), accountId };
}

export async function balanceOf(api: ApiWorld, accountId: string): Promise<unknown> {
  const { rows } = await api.db.query(
    'SELECT posted, reserved FROM fleet.account_balance WHERE account_id = $1',
    [accountId],
  );
  return rows[0];
}

export const RUNS = '/v1/content-intelligence/runs';
export const SCORE = '/v1/content-intelligence/content/score';

/** The world of a test file: opened before its tests, closed after them. */
export function useContentWorld(config: Partial<Config> = {}) {
  let opened: ContentWorld | undefined;
  const world = (): ContentWorld => {
    if (opened === undefined) throw new Error('the world is there once the tests run');
    return opened;
  };
  beforeAll(async () => {
    opened = await openContentWorld(config);
  });
  afterAll(() => opened?.close());
  return {
    get api() {
      return world().api;
    },
    get site() {
      return world().site;
    },
    get client() {
      return world().client;
    },
    ended: (client: FrontClient, runId: string) => world().ended(client, runId),
    tenant: (credits?: number) => openTenant(world().api, credits),
    balance: (accountId: string) => balanceOf(world().api, accountId),
  };
}

/** The error of a reason, as far as every one is alike. */
export const detail = (reason: string, more: object = {}): object => ({
  detail: { reason, error: reason, message: expect.any(String), errors: expect.any(Array), ...more },
});

const ENDED = ['completed', 'partially_completed', 'failed', 'cancelled'];

export async function openContentWorld(config: Partial<Config> = {}): Promise<ContentWorld> {
  const site = await openPageSite();
  const capturerFor = (deadlineMs: number): PageCapturer =>
    new PageCapturer({
      ...{ guard: site.guard, clock: systemClock, log: testLog, hostIntervalMs: 0, deadlineMs },
      pool: () => Promise.reject(new Error('these tests render nothing')),
    });
  const [patient, hasty] = [capturerFor(30_000), capturerFor(1_500)];
  // Only the page that never answers is waited for briefly: no other may time out on a busy machine. For the same reason a
  // robots.txt that took more than its 10 s is asked for again.
  const capture: CapturePage = async (url, mode, signal) => {
    const { capture: once } = url.endsWith('/slow') ? hasty : patient;
    for (let attempt = 1; ; attempt++) {
      const page = await once(url, mode, signal);
      if (page.record.robots?.status !== null || attempt === 5) return page;
    }
  };
  const api = await openApiWorld({
    config: { rateLimit: 100_000, ...config },
    pages: { capture, guard: site.guard },
  });
  const { db, queue, listener, store } = api;
  const worker = await startPageWorker({ db, queue, listener, store, pages: capture, log: testLog });
  return {
    ...{ api, site },
    client: await frontClient(api, 'sleepwalker'),
    ended: async (client, runId) => {
      for (;;) {
        const path = `/v1/content-intelligence/runs/${runId}?include_result=true`;
        const answer = await client.ask('GET', path);
        if (answer.status !== 200 || ENDED.includes(answer.body.status)) return answer;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    close: async () => {
      await worker.stop();
      await Promise.all([patient.close(), hasty.close()]);
      await api.close();
      await site.close();
    },
  };
}
