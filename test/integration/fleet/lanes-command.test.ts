import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CommandWorld, openCommandWorld } from '../command-world.ts';

let world: CommandWorld;
beforeAll(async () => {
  world = await openCommandWorld();
});
afterAll(() => world?.close());

const lanes = (...args: string[]): Promise<string> => world.fleet('lanes', ...args);

describe('fleet lanes', () => {
  it('closes a lane by hand, tells why, and opens it again', async () => {
    expect(await lanes()).toBe('no lanes used yet\n');
    expect(await lanes('close', 'chatgpt', '--egress', 'de', '--reason', 'site is down')).toBe(
      'closed chatgpt/DE\n',
    );
    expect(await lanes('list')).toMatch(
      /^chatgpt\/DE {2}flowing {2}0 in flight {2}waits: held {2}because: site is down/,
    );
    expect(await lanes('close', 'chatgpt', '--egress', 'de', '--minutes', '5')).toBe('closed chatgpt/DE\n');
    expect(await lanes('list')).toMatch(/waits: held until \d{4}-.*because: closed by hand/);
    expect(await lanes('open', 'chatgpt', '--egress', 'DE')).toBe('opened chatgpt/DE\n');
    const [lane] = JSON.parse(await lanes('list', '--json'));
    expect(lane).toMatchObject({ surface: 'chatgpt', egress: 'DE', phase: 'flowing', waiting: null });
  }, 120_000);

  it('refuses what is no lane, and a lane without limits, with a way out', async () => {
    await expect(lanes('close', 'chatgbt')).rejects.toMatchObject({ code: 2 });
    await expect(lanes('close', 'chatgpt', '--egress', 'mars')).rejects.toMatchObject({ code: 2 });
    await expect(lanes('close', 'chatgpt', '--egress', 'stage')).rejects.toMatchObject({
      ...{ code: 2, stderr: expect.stringContaining('FLEET_LANES') },
    });
  }, 120_000);
});
