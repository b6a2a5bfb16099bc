import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CommandWorld, openCommandWorld } from '../command-world.ts';

let world: CommandWorld;
beforeAll(async () => {
  world = await openCommandWorld();
});
afterAll(() => world?.close());

async function accounts(...args: string[]): Promise<string> {
  return (await world.fleet('accounts', ...args)).trim();
}

describe('fleet accounts', () => {
  it('grants credits to the hundredth, and prints whole ones as whole', async () => {
    const id = await accounts('create', 'a tenant', '--credits', '4.99');
    expect(await accounts('credits', 'grant', id, '0.01')).toBe(`${id} has 5 credits`);
    expect(await accounts('credits', 'grant', '--', id, '-0.30')).toBe(`${id} has 4.7 credits`);
    const listed = JSON.parse(await accounts('list', '--json'));
    expect(listed).toContainEqual(expect.objectContaining({ id, credits: 4.7, reserved: 0 }));
    await expect(accounts('credits', 'grant', id, '0.001')).rejects.toMatchObject({
      stderr: expect.stringContaining('two decimals at most'),
    });
    await expect(accounts('credits', 'grant', '--', id, '-4.71')).rejects.toMatchObject({
      stderr: expect.stringContaining('-4.71 cannot be granted: 4.7 credits are free'),
    });
  }, 120_000);
});
