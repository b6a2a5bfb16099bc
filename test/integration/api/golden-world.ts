import { createKey } from '../../../src/jobs/api-keys.ts';
import { setFeature } from '../../../src/jobs/features.ts';
import { AddressGuard } from '../../../src/platform/address-guard.ts';
import { playedPages } from '../analysis/played-pages.ts';
import { openAccount } from '../jobs/jobs-world.ts';
import { type ApiWorld, openApiWorld } from './api-world.ts';
import { expectGolden, type GoldenAnswer, printedRequest, sendPrinted } from './golden-files.ts';

/** The folders of golden files, and the front whose page each follows. */
export const GOLDEN_FRONTS = { content: 'sleepwalker', analysis: 'sellm', reports: 'rankprompt' } as const;

export type GoldenFront = keyof typeof GOLDEN_FRONTS;

export interface Told {
  /** In place of a key of the first account. */
  key?: string;
  /** What stands in the places of the printed address. */
  given?: Record<string, string>;
  /** The body the page prints. */
  printed?: unknown;
  /** Why ours differs from it, or stands here without one. */
  why?: string;
  kept?: readonly string[];
  at?: ApiWorld;
}

/** The API as the printed examples are sent to it, and one beside it that lets a key ask once a minute. */
export interface GoldenWorld {
  world: ApiWorld;
  strict: ApiWorld;
  /** Sends a printed request and compares the answer with its golden file. */
  replay(front: GoldenFront, name: string, told?: Told): Promise<GoldenAnswer>;
  keyOf(front: GoldenFront, accountId?: string, at?: ApiWorld): Promise<string>;
  /** The key of an account of its own. */
  tenant(front: GoldenFront, accountId: string, credits: number): Promise<string>;
  suspended(front: GoldenFront): Promise<string>;
  /** A key that may do nothing of a front. */
  powerless(front: GoldenFront): Promise<string>;
  close(): Promise<void>;
}

export async function openGoldenWorld(): Promise<GoldenWorld> {
  // Every name is a public one here, and no name is ever asked: the capture is played.
  const everywhere = async () => [{ address: '93.184.216.34', family: 4 as const }];
  const pages = { guard: new AddressGuard([], everywhere, { plainHttp: true }), capture: playedPages() };
  const world = await openApiWorld({ config: { webhookKey: 'a key of the tests' }, pages });
  const strict = await openApiWorld({ config: { rateLimit: 1 } });

  const keyOf: GoldenWorld['keyOf'] = async (front, accountId, at = world) => {
    const owner = accountId === undefined ? {} : { accountId };
    const asked = { label: 'golden', front: GOLDEN_FRONTS[front], ...owner };
    return (await createKey(at.db, asked, Date.now())).key;
  };
  const tenant: GoldenWorld['tenant'] = async (front, accountId, credits) => {
    await openAccount(world.db, accountId, credits);
    return keyOf(front, accountId);
  };
  return {
    ...{ world, strict, keyOf, tenant },
    replay: async (front, name, told = {}) => {
      const { at = world, given } = told;
      const key = told.key ?? (await keyOf(front, undefined, at));
      const base = `${at.url}/compat/${GOLDEN_FRONTS[front]}`;
      const answer = await sendPrinted(base, printedRequest(front, name), key, given);
      await expectGolden([front, name], answer, told);
      return answer;
    },
    suspended: async (front) => {
      const accountId = `acct_suspended_${front}`;
      const key = await tenant(front, accountId, 100);
      await setFeature(world.db, accountId, 'api', false);
      return key;
    },
    powerless: async (front) => {
      const narrow = { label: 'narrow', front: GOLDEN_FRONTS[front], scopes: ['usage:read' as const] };
      return (await createKey(world.db, narrow, Date.now())).key;
    },
    close: async () => {
      await world.close();
      await strict.close();
    },
  };
}

/** Lets something happen while a table is not there: a fault of ours that nobody foresaw. */
export async function without(
  { db }: ApiWorld,
  table: string,
  happens: () => Promise<unknown>,
): Promise<void> {
  await db.query(`ALTER TABLE fleet.${table} RENAME TO ${table}_away`);
  try {
    await happens();
  } finally {
    await db.query(`ALTER TABLE fleet.${table}_away RENAME TO ${table}`);
  }
}
