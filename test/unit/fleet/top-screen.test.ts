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
