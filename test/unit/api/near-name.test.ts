import { describe, expect, it } from 'vitest';
import { nearName } from '../../../src/api/near-name.ts';

const fields = ['query', 'prompt', 'surfaces', 'regions', 'idempotencyKey'];

describe('the field a misspelt name means', () => {
  it.each([
    ['qeury', 'query'],
    ['Query', 'query'],
    ['surface', 'surfaces'],
    ['idempotency_key', 'idempotencyKey'],
    ['promt', 'prompt'],
    ['country', undefined],
    ['x', undefined],
    ['', undefined],
  ])('%s → %s', (name, expected) => {
    expect(nearName(name, fields)).toBe(expected);
  });
});
