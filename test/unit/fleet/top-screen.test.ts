import { describe, expect, it } from 'vitest';
import { topScreen } from '../../../src/cli/top-screen.ts';
import type { FleetView } from '../../../src/fleet/fleet-view.ts';

const AT = Date.UTC(2026, 10, 27, 12);
const view: FleetView = {
  at: AT,
  workers: [
    {
      ...{ id: 'w1', host: 'alpha', pid: 7, origin: 'stage', surfaces: ['chatgpt'] },
      ...{ slots: 4, slotLimit: 3, busy: 3, upSeconds: 3_725 },
    },
  ],
  queues: [{ surface: 'chatgpt', queued: 12, processing: 3, oldestQueuedSeconds: 61 }],
  lanes: [],
  endsPerMinute: [
    { surface: 'chatgpt', end: 'answered', count: 20 },
    { surface: 'chatgpt', end: 'challenge', count: 1 },
  ],
};

describe('the screen of fleet top', () => {
  it('tells workers, slots, queues, lanes and ends', () => {
    expect(topScreen(view, 160)).toEqual([
      'capture fleet  2026-11-27T12:00:00.000Z  workers 1  slots 3/4  queued 12  ended 21/min',
      '',
      'WORKERS',
      '  [#########...] 3/4  limit 3  alpha:7  stage  up 1 h 2 min  w1',
      '',
      'QUEUES',
      '  chatgpt               12 queued  3 running  oldest 1 min',
      '',
      'LANES',
      '  no lanes used yet',
      '',
      'ENDED IN THE LAST MINUTE',
      '  chatgpt               answered 20  challenge 1',
    ]);
  });

  it('given more workers than the terminal has rows: the head and every section stay, and what is left out is counted', () => {
    const [worker] = view.workers;
    if (worker === undefined) throw new Error('the view has a worker');
    const workers = Array.from({ length: 100 }, (_, at) => ({ ...worker, id: `w${at}`, pid: at }));
    const screen = topScreen({ ...view, workers }, 160, 23);
    expect(screen).toHaveLength(23);
    expect(screen[0]).toContain('workers 100');
    expect(screen.filter((line) => /^[A-Z ]+$/.test(line))).toHaveLength(4);
    expect(screen).toContain('  … and 90 more');
    expect(screen.filter((line) => line.includes('limit 3'))).toHaveLength(10);
    expect(topScreen({ ...view, workers }, 160)).toHaveLength(112);
    expect(topScreen(view, 160, 5)).toHaveLength(5);
  });

  it('says so when there is nothing, and never writes beyond the terminal', () => {
    const empty = { ...view, workers: [], queues: [], endsPerMinute: [] };
    expect(topScreen(empty, 160)).toEqual(
      expect.arrayContaining(['  no worker is running', '  nothing waits or runs', '  nothing']),
    );
    for (const columns of [1, 20, 40]) {
      expect(Math.max(...topScreen(view, columns).map((line) => line.length))).toBeLessThanOrEqual(columns);
    }
  });
});
