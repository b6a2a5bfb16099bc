import { describe, expect, it } from 'vitest';
import { AuthFailures, networkOf } from '../../../src/api/auth-failures.ts';

function counting(quota: number) {
  let now = 0;
  const failures = new AuthFailures(quota, { monotonic: () => now });
  return { failures, pass: (ms: number) => (now += ms) };
}

describe('refused keys per address', () => {
  it('as many as the quota may come at once, then one every 60 s / quota', () => {
    const { failures, pass } = counting(6);
    for (let count = 0; count < 6; count++) {
      expect(failures.waitMs('192.0.2.1')).toBe(0);
      failures.note('192.0.2.1');
    }
    expect(failures.waitMs('192.0.2.1')).toBe(10_000);
    pass(9_999);
    expect(failures.waitMs('192.0.2.1')).toBe(1);
    pass(1);
    expect(failures.waitMs('192.0.2.1')).toBe(0);
    failures.note('192.0.2.1');
    expect(failures.waitMs('192.0.2.1')).toBe(10_000);
  });

  it('are counted for each address by itself', () => {
    const { failures } = counting(1);
    failures.note('192.0.2.1');
    expect(failures.waitMs('192.0.2.1')).toBe(60_000);
    expect(failures.waitMs('192.0.2.2')).toBe(0);
  });

  it('are not counted with a quota of 0', () => {
    const { failures } = counting(0);
    for (let count = 0; count < 1_000; count++) failures.note('192.0.2.1');
    expect(failures.waitMs('192.0.2.1')).toBe(0);
  });

  it('of 10 000 addresses are remembered; the one quiet for longest is forgotten', () => {
    const { failures } = counting(1);
    for (let count = 0; count <= 10_000; count++) failures.note(`host-${count}`);
    expect(failures.waitMs('host-0')).toBe(0);
    expect(failures.waitMs('host-1')).toBe(60_000);
    expect(failures.waitMs('host-10000')).toBe(60_000);
  });

  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:0:1::5', '2001:db8:0:1'],
    ['2001:0db8:0000:0001:ffff:1:2:3', '2001:db8:0:1'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
  ])('%s counts as %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
