import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../src/platform/config.ts';

function serves(env: Record<string, string>): unknown[] {
  const { surfaces, regions } = readConfig(env, '/');
  return [surfaces, regions];
}

describe('what a worker is told to serve', () => {
  it('is everything when nothing is said', () => {
    expect(serves({})).toEqual([undefined, undefined]);
    expect(serves({ FLEET_SURFACES: '', FLEET_REGIONS: '' })).toEqual([undefined, undefined]);
  });

  it('is a list of surfaces and one of countries', () => {
    expect(serves({ FLEET_SURFACES: 'google_news, chatgpt', FLEET_REGIONS: 'us,DE, global' })).toEqual([
      ['google_news', 'chatgpt'],
      ['DE', 'GLOBAL', 'US'],
    ]);
  });

  it('may be pages alone', () => {
    expect(serves({ FLEET_SURFACES: 'page' })[0]).toEqual(['page']);
  });

  it('may be the countries it has an egress for', () => {
    const FLEET_EGRESS = 'DE=http://proxy.example:8080,JP=socks5://proxy.example:1080';
    expect(serves({ FLEET_EGRESS, FLEET_REGIONS: 'egress,GLOBAL' })[1]).toEqual(['DE', 'GLOBAL', 'JP']);
  });

  it.each([
    [{ FLEET_SURFACES: 'chatgtp' }, /"chatgtp" is not one of chatgpt, claude/],
    [{ FLEET_SURFACES: ',' }, /names no surface/],
    [{ FLEET_REGIONS: 'UK' }, /"UK" is neither an ISO 3166-1 country code/],
    [{ FLEET_REGIONS: 'egress' }, /no region to serve/],
    [{ FLEET_REGIONS: ',' }, /no region to serve/],
  ])('%j is refused, because such a worker would wait for ever', (env, message) => {
    expect(() => readConfig(env, '/')).toThrow(message);
  });
});
