import { describe, expect, it } from 'vitest';
import { presentBilling } from '../../../src/api/content-front/present-run.ts';

const nothing = { estimated: 0, reserved: 0, settled: 0, released: 0 };

describe('where credits stand', () => {
  it.each([
    ['a run under way', { ...nothing, estimated: 3, reserved: 3, ended: false }, 'reserved'],
    ['a run that ended with a score', { ...nothing, estimated: 3, settled: 3, ended: true }, 'settled'],
    ['a run that ended without one', { ...nothing, estimated: 3, released: 3, ended: true }, 'released'],
    ['a free run under way', { ...nothing, ended: false }, 'reserved'],
    ['a free run that has ended', { ...nothing, ended: true }, 'settled'],
  ])('given %s, then its status says so', (_what, credits, status) => {
    expect(presentBilling(credits).status).toBe(status);
  });
});
