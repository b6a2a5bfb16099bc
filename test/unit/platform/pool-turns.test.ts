import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PoolTurns } from '../../../src/platform/pool-turns.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

type Turn = (well: boolean) => void;

/** The first turn of a pool of one, and those of who came later, in order as they get theirs. */
async function poolOfOne(others: number): Promise<{ turns: PoolTurns; first: Turn; got: (Turn | string)[] }> {
  const turns = new PoolTurns(1);
  const first = await turns.take();
  const got: (Turn | string)[] = [];
  for (let index = 0; index < others; index++)
    turns.take().then(
      (turn) => got.push(turn),
      (error: Error) => got.push(error.message),
    );
  return { turns, first, got };
}

const settled = () => vi.advanceTimersByTimeAsync(0);

describe('given more who ask than there are connections', () => {
  it('as many as there are go at once, the others in the order they came', async () => {
    const turns = new PoolTurns(2);
    const order: string[] = [];
    const ask = async (name: string): Promise<Turn> => {
      const turn = await turns.take();
      order.push(name);
      return turn;
    };
    const [one, two] = await Promise.all([ask('1'), ask('2')]);
    const later = [ask('3'), ask('4')];
    await settled();
    expect([order, turns.waiting]).toEqual([['1', '2'], 2]);
    two(true);
    one(true);
    for (const turn of await Promise.all(later)) turn(true);
    expect([order, turns.waiting]).toEqual([['1', '2', '3', '4'], 0]);
    expect(vi.getTimerCount()).toBe(0);
    expect(() => one(true)).toThrow('twice');
  });

  it('a line that moves is waited in beyond the time that one which stands still is given', async () => {
    const { first, got } = await poolOfOne(4);
    let turn = first;
    for (let served = 0; served < 4; served++) {
      await vi.advanceTimersByTimeAsync(4_000);
      expect(got).toHaveLength(served);
      turn(true);
      await settled();
      const next = got[served];
      if (typeof next !== 'function') throw new Error(`refused: ${next}`);
      turn = next;
    }
  });

  it('a line that stands still is given up and says that the process is busy, not that the server is gone', async () => {
    const { got, turns } = await poolOfOne(2);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(got).toEqual([]);
    await vi.advanceTimersByTimeAsync(500);
    expect(got).toHaveLength(2);
    expect(got[0]).toMatch(/^the database is busy: all 1 connections of this process are in use/);
    expect([turns.waiting, vi.getTimerCount()]).toEqual([0, 0]);
  });

  it('connections that break one after the other do not make a line move', async () => {
    const { first, got } = await poolOfOne(3);
    await vi.advanceTimersByTimeAsync(4_000);
    first(false);
    await vi.advanceTimersByTimeAsync(1_500);
    expect(got.map((one) => typeof one)).toEqual(['function', 'string', 'string']);
  });

  it('however it moves, nobody waits for ever', async () => {
    const { first, got } = await poolOfOne(60);
    let turn = first;
    for (let served = 0; served < 16; served++) {
      await vi.advanceTimersByTimeAsync(2_000);
      const before = got.length;
      turn(true);
      await settled();
      const next = got[before];
      if (typeof next === 'function') turn = next;
    }
    const refused = got.filter((one) => typeof one === 'string');
    expect(refused.length).toBeGreaterThan(40);
    expect(refused[0]).toMatch(/not this one's turn for 30 s/);
  });

  it('a process that was not let run for half a minute gives nobody up for it', async () => {
    vi.useRealTimers();
    const ticks: (() => void)[] = [];
    vi.stubGlobal('setInterval', (tick: () => void) => ticks.push(tick));
    try {
      const { first, got } = await poolOfOne(1);
      // However late, a timer that was due many times fires once.
      ticks[0]?.();
      first(true);
      await new Promise((done) => setImmediate(done));
      expect(got.map((one) => typeof one)).toEqual(['function']);
    } finally {
      vi.unstubAllGlobals();
    }
  });
});
