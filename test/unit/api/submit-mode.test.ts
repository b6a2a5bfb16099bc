import { describe, expect, it } from 'vitest';
import { parsePrefer, resolveMode } from '../../../src/api/submit-mode.ts';

describe('the Prefer header', () => {
  it.each([
    [undefined, undefined, false],
    ['wait=30', 30, false],
    ['wait = "30"', 30, false],
    ['wait', 'default', false],
    ['wait=abc', undefined, false],
    ['wait=-5', undefined, false],
    ['wait=0', 1, false],
    ['wait=100000', 120, false],
    ['respond-async, wait=20', 20, true],
    ['return=minimal; x=y, Respond-Async', undefined, true],
    ['wait=10, wait=20', 10, false],
  ])('%s', (header, wait, respondAsync) => {
    expect(parsePrefer(header)).toEqual({ wait, respondAsync });
  });
});

describe('how a submit is answered', () => {
  const sync = (waitS: number, applied?: string, onTimeout = 'timeout'): object => ({
    kind: 'sync',
    waitS,
    onTimeout,
    applied,
  });
  const asynchronous = (applied?: string): object => ({ kind: 'async', applied });
  it.each<[string, 'sync' | 'async' | undefined, string | undefined, number, object]>([
    ['one capture runs sync', undefined, undefined, 1, sync(60)],
    ['several run async', undefined, undefined, 2, asynchronous()],
    ['several run sync when asked', 'sync', undefined, 4, sync(60)],
    ['async when asked', 'async', undefined, 1, asynchronous()],
    ['wait means sync, with its bound', undefined, 'wait=5', 4, sync(5, 'wait=5')],
    ['a bare wait takes the default', undefined, 'wait', 4, sync(60, 'wait=60')],
    ['mode=async wins over wait', 'async', 'wait=5', 1, asynchronous()],
    ['mode=sync takes the bound of wait', 'sync', 'wait=5', 1, sync(5, 'wait=5')],
    ['respond-async alone is async', undefined, 'respond-async', 1, asynchronous('respond-async')],
    [
      'respond-async with wait is sync, then 202',
      undefined,
      'respond-async, wait=5',
      1,
      sync(5, 'respond-async, wait=5', 'accepted'),
    ],
  ])('%s', (_name, mode, prefer, children, expected) => {
    expect(resolveMode({ mode, prefer: parsePrefer(prefer), children, defaultWaitS: 60 })).toEqual(expected);
  });
});
