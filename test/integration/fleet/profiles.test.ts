import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Surface } from '../../../src/contract/surface.ts';
import { BrowserPool } from '../../../src/fleet/browser-pool.ts';
import { type CaptureSeat, captureOnce } from '../../../src/fleet/capture-once.ts';
import { ProfileCipher } from '../../../src/fleet/profile-cipher.ts';
import { Profiles, type StorageState } from '../../../src/fleet/profiles.ts';
import { FLEET_MIGRATIONS } from '../../../src/fleet/schema.ts';
import { findBrowser } from '../../../src/platform/browser-binary.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { readConfig } from '../../../src/platform/config.ts';
import { Deadline } from '../../../src/platform/deadline.ts';
import { migrate } from '../../../src/platform/migrations.ts';
import { type Stage, startStage } from '../../../src/stage/server.ts';
import { echoSurface } from '../capture/echo-surface.ts';
import { type FreshDatabase, freshDatabase, testLog } from '../database.ts';
import { echoStage } from '../stage/echo-stage.ts';

const SESSION = 'session-value-9f31c2d7e8';
const ADDRESS = 'ada.operator@example.org';

const state: StorageState = {
  cookies: [
    {
      ...{ name: 'sid', value: SESSION, domain: 'echo.test', path: '/', expires: -1 },
      ...{ httpOnly: false, secure: true, sameSite: 'Lax' as const },
    },
  ],
  origins: [],
};

/** Writes what a signed-in page shows of its account into the page, then reads the cookie back. */
const signedIn: Surface = echoSurface({
  login: 'optional',
  drive: async (page, _request, tools) => {
    await tools.open('https://echo.test/');
    await page.evaluate((address) => {
      document.body.append(`menu: ${document.cookie}`);
      const button = document.createElement('button');
      button.setAttribute('aria-label', `Google Account: Ada Operator (${address})`);
      document.body.append(button, ` write to ${address}`);
    }, ADDRESS);
  },
});
const walled: Surface = echoSurface({
  login: 'required',
  walls: [{ name: 'sign_in', outcome: 'login_wall', selector: '#composer' }],
});

let fresh: FreshDatabase;
let stage: Stage;
let seat: CaptureSeat;
let profiles: Profiles;

beforeAll(async () => {
  fresh = await freshDatabase();
  await migrate(fresh.db, FLEET_MIGRATIONS, testLog);
  stage = await startStage({ stages: [echoStage()] });
  const { path, binary } = await findBrowser(readConfig({}, '/'), 'shell');
  const launch = { executablePath: path, binary, stagePort: stage.port, plugins: [], log: testLog };
  profiles = new Profiles(fresh.db, new ProfileCipher('a secret of this test'));
  const pool = new BrowserPool(launch, systemClock);
  seat = { pool, clock: systemClock, captureTimeoutMs: 30_000, egress: {}, profiles };
});
beforeEach(async () => {
  await fresh.db.query('DELETE FROM fleet.profile');
});
afterAll(async () => {
  await seat?.pool.stop();
  await stage?.stop();
  await fresh?.drop();
});

const capture = (surface: Surface) =>
  captureOnce({ surface, query: 'x', region: null, origin: 'stage' }, seat, Deadline.after(30_000), testLog);

describe('signed-in profiles', () => {
  it('lie encrypted, and open only with the key that sealed them', async () => {
    await profiles.add('chatgpt', 'a', state, 0);
    const { rows } = await fresh.db.query('SELECT state FROM fleet.profile');
    expect(
      Buffer.concat(rows.map((row) => (row as { state: Buffer }).state)).toString('latin1'),
    ).not.toContain(SESSION);
    const stranger = new Profiles(fresh.db, new ProfileCipher('another secret entirely'));
    await expect(stranger.lease('chatgpt', 'me', 1, 1_000)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it('are leased to one capture at a time, of their own surface only, until given back or run out', async () => {
    await profiles.add('chatgpt', 'a', state, 0);
    const now = 1_000_000;
    const all = await Promise.all(
      ['x', 'y', 'z'].map((holder) => profiles.lease('chatgpt', holder, now, 60_000)),
    );
    const held = all.filter((lease) => typeof lease !== 'string');
    expect(held).toHaveLength(1);
    expect(all.filter((lease) => lease === 'busy')).toHaveLength(2);
    expect(await profiles.lease('claude', 'x', now, 1_000)).toBe('none');
    expect(await profiles.lease('chatgpt', 'late', now + 60_001, 1_000)).toMatchObject({ label: 'a' });
  });

  it('sign the capture in, and nothing of them is stored', async () => {
    await profiles.add('chatgpt', 'a', state, 0);
    const { record, proofHtml } = await capture(signedIn);
    expect(record.html).toContain('menu: sid=[redacted]');
    expect(record.html).toContain('write to [redacted]');
    for (const stored of [JSON.stringify(record), proofHtml ?? '']) {
      expect(stored).not.toContain(SESSION);
      expect(stored).not.toContain(ADDRESS);
    }
    expect(record.signals.removed).toMatchObject({
      profile: expect.any(Number),
      address: expect.any(Number),
    });
    expect(await profiles.list(systemClock.now())).toMatchObject([
      { label: 'a', status: 'ready', leased: false },
    ]);
  });

  it('are marked stale when a login wall appears, and are not used again until renewed', async () => {
    await profiles.add('chatgpt', 'a', state, 0);
    const { record } = await capture(walled);
    expect(record.signals.wall).toEqual({ outcome: 'login_wall', mark: 'sign_in' });
    expect(await profiles.list(0)).toMatchObject([{ status: 'stale', leased: false }]);
    expect(await profiles.lease('chatgpt', 'x', 1, 1)).toBe('none');
    await profiles.add('chatgpt', 'a', state, 2);
    expect(await profiles.lease('chatgpt', 'x', 3, 1_000)).toMatchObject({ label: 'a' });
  });

  it('that cannot be given back cost no capture: each stays leased until its lease runs out', async () => {
    await profiles.add('chatgpt', 'a', state, 0);
    const refusing = {
      lease: (...given: Parameters<Profiles['lease']>) => profiles.lease(...given),
      giveBack: async () => {
        throw new Error('planted: the database refuses');
      },
    } as unknown as Profiles;
    const asked = { surface: signedIn, query: 'x', region: null, origin: 'stage' as const };
    const { record } = await captureOnce(
      asked,
      { ...seat, profiles: refusing },
      Deadline.after(30_000),
      testLog,
    );
    expect([record.signals.failure, record.html === null]).toEqual([null, false]);
    expect(await profiles.lease('chatgpt', 'another', Date.now(), 1_000)).toBe('busy');
  });
});
