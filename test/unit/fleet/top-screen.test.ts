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

  it('cuts by the columns that a terminal needs, where hosts are not named in ASCII', () => {
    const [worker] = view.workers;
    if (worker === undefined) throw new Error('the view has a worker');
    const host = '東京サーバー';
    const lineAt = (columns: number): string =>
      topScreen({ ...view, workers: [{ ...worker, host }] }, columns)[3] ?? '';
    /** Of text that is either ASCII, the ellipsis, or twice as wide. */
    const columnsOf = (text: string): number =>
      [...text].reduce((all, letter) => all + (/[\u3000-\u9fff]/.test(letter) ? 2 : 1), 0);
    const whole = lineAt(160);
    expect(whole).toBe(`  [#########...] 3/4  limit 3  ${host}:7  stage  up 1 h 2 min  w1`);
    const width = columnsOf(whole);
    expect(width).toBe(whole.length + host.length);
    expect(lineAt(width)).toBe(whole);
    for (let columns = 20; columns < width; columns++) {
      const line = lineAt(columns);
      expect(columnsOf(line)).toBeLessThanOrEqual(columns);
      expect(columnsOf(line)).toBeGreaterThanOrEqual(columns - 1); // Half of a wide letter is not shown.
      expect(line).toMatch(/…$/);
      expect(whole.startsWith(line.slice(0, -1))).toBe(true);
    }
  });

  it('lets no control character of a name through to the terminal', () => {
    const [worker] = view.workers;
    if (worker === undefined) throw new Error('the view has a worker');
    const screen = topScreen({ ...view, workers: [{ ...worker, host: 'a\u001b[2Jb\nc' }] }, 160);
    expect(screen.join('')).not.toMatch(/\p{Cc}/u);
    expect(screen[3]).toContain('a [2Jb c:7');
  });
});
