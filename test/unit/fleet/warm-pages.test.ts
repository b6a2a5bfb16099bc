import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { UNTARGETED, type Visitor } from '../../../src/capture/visitor.ts';
import type { OpenedPage } from '../../../src/fleet/open-page.ts';
import { WarmPages } from '../../../src/fleet/warm-pages.ts';
import { createLog } from '../../../src/platform/log.ts';

const elsewhere: Visitor = { ...UNTARGETED, locale: 'ja-JP' };

/** Pages that are only told apart, and crash when told to. */
function world() {
  const opened: Visitor[] = [];
  const pages: EventEmitter[] = [];
  const dropped: Promise<OpenedPage>[] = [];
  let failing = false;
  const warm = new WarmPages({
    open: async (visitor) => {
      if (failing) throw new Error('no browser');
      opened.push(visitor);
      const page = new EventEmitter();
      pages.push(page);
      return { page } as unknown as OpenedPage;
    },
    discard: (page) => void dropped.push(page),
    log: createLog('fatal', 'test'),
  });
  return { warm, opened, dropped, last: () => pages.at(-1), fail: (on: boolean) => (failing = on) };
}

describe('pages opened ahead of need', () => {
  it('are one while captures come one by one', async () => {
    const { warm, opened } = world();
    for (let capture = 0; capture < 5; capture++) {
      await warm.refill(UNTARGETED, 6);
      expect(warm.count).toBe(1);
      expect(warm.take(UNTARGETED)).toBeDefined();
    }
    expect(opened).toHaveLength(5);
  });

  it('are as many more as were missed when captures come together, at most three, until the rush is over', async () => {
    const { warm, dropped } = world();
    await warm.refill(UNTARGETED, 6);
    const taken = [1, 2, 3, 4, 5].map(() => warm.take(UNTARGETED));
    expect(taken.map((page) => page !== undefined)).toEqual([true, false, false, false, false]);
    await warm.refill(UNTARGETED, 6);
    expect(warm.count).toBe(3);
    warm.calm();
    expect(warm.count).toBe(1);
    expect(dropped).toHaveLength(2);
  });

  it('take no more than the room that is left, and always keep one for whoever comes when one leaves', async () => {
    const { warm } = world();
    await warm.refill(UNTARGETED, 6);
    for (let capture = 0; capture < 4; capture++) warm.take(UNTARGETED);
    await warm.refill(UNTARGETED, 2);
    expect(warm.count).toBe(2);
    warm.take(UNTARGETED);
    warm.take(UNTARGETED);
    await warm.refill(UNTARGETED, 0);
    expect(warm.count).toBe(1);
  });

  it('of another visitor are never handed out, and make way for the one who comes', async () => {
    const { warm, opened, dropped } = world();
    await warm.refill(UNTARGETED, 6);
    expect(warm.take(elsewhere)).toBeUndefined();
    await warm.refill(elsewhere, 6);
    expect(dropped).toHaveLength(1);
    expect(warm.take(elsewhere)).toBeDefined();
    expect(opened).toEqual([UNTARGETED, elsewhere]);
  });

  it('that could not be opened are forgotten: the next refill tries again', async () => {
    const { warm, fail } = world();
    fail(true);
    await warm.refill(UNTARGETED, 6);
    expect(warm.count).toBe(0);
    fail(false);
    await warm.refill(UNTARGETED, 6);
    expect(warm.count).toBe(1);
  });

  it('that die while they wait are handed to nobody; one that was taken is the capture’s', async () => {
    const { warm, dropped, last } = world();
    await warm.refill(UNTARGETED, 6);
    await warm.take(UNTARGETED);
    last()?.emit('crash');
    expect(dropped).toEqual([]);

    await warm.refill(UNTARGETED, 6);
    last()?.emit('crash');
    expect(warm.count).toBe(0);
    expect(dropped).toHaveLength(1);
  });
});
