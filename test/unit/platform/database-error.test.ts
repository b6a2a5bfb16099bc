import { describe, expect, it } from 'vitest';
import { isDatabaseUnavailable } from '../../../src/platform/database-error.ts';

/** An error as pg throws it: the server's SQLSTATE. */
function sqlState(code: string): Error {
  return Object.assign(new Error('said the server'), { code });
}

describe('what counts as an outage of the database', () => {
  it.each([
    ['08006', 'the connection failed'],
    ['53300', 'too many connections'],
    ['57P01', 'it is being shut down'],
    ['57014', 'a statement took too long'],
    ['25P03', 'a session was ended because its transaction stood still'],
    ['25P04', 'a session was ended because its transaction took too long'],
  ])('%s: %s', (code) => expect(isDatabaseUnavailable(sqlState(code))).toBe(true));

  it.each([
    ['23505', 'a unique key'],
    ['25P02', 'a statement after a failed one'],
    ['42601', 'a syntax error'],
  ])('and not %s: %s', (code) => expect(isDatabaseUnavailable(sqlState(code))).toBe(false));
});
