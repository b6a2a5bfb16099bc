import { describe, expect, it } from 'vitest';
import { parsePrefer, resolveMode } from '../../../src/api/submit-mode.ts';
import { API_VERSIONS, DIALECT_RULES } from '../../../src/contract/dialect.ts';

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
    const rules = DIALECT_RULES['2026-06-27'];
    const asked = { rules, mode, prefer: parsePrefer(prefer), children, alias: false, webhook: false };
    expect(resolveMode({ ...asked, defaultWaitS: 60 })).toEqual(expected);
  });
});

describe('the dialects decide differently', () => {
  const kind = (
    version: (typeof API_VERSIONS)[number],
    given: { mode?: 'sync'; prefer?: string; children: number; alias: boolean; webhook?: boolean },
  ): string => {
    const { mode, prefer, children, alias, webhook = false } = given;
    const asked = { mode, prefer: parsePrefer(prefer), children, alias, webhook };
    return resolveMode({ rules: DIALECT_RULES[version], ...asked, defaultWaitS: 60 }).kind;
  };

  it.each<[string, Parameters<typeof kind>[1], string, string]>([
    ['one capture', { children: 1, alias: false }, 'sync', 'async'],
    ['one capture on the alias', { children: 1, alias: true }, 'sync', 'sync'],
    ['several on the alias', { children: 2, alias: true }, 'async', 'async'],
    ['one capture, sync asked', { mode: 'sync', children: 1, alias: false }, 'sync', 'sync'],
    ['one capture, wait preferred', { prefer: 'wait=5', children: 1, alias: false }, 'sync', 'sync'],
    ['a webhook', { prefer: 'wait=5', children: 1, alias: true, webhook: true }, 'async', 'async'],
  ])('%s', (_name, given, flat, nested) => {
    expect(API_VERSIONS.map((version) => kind(version, given))).toEqual([flat, nested]);
  });

  it.each([
    [{ mode: 'sync' as const, children: 2, alias: false }],
    [{ prefer: 'wait=5', children: 2, alias: true }],
  ])('waiting for several (%j) is refused where the sync answer is one Envelope', (given) => {
    expect(kind('2026-06-27', given)).toBe('sync');
    expect(() => kind('2026-06-01', given)).toThrow('sync takes one surface and one region');
  });
});
