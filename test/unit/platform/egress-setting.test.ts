import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../src/platform/config.ts';

const egress = (FLEET_EGRESS: string) => readConfig({ FLEET_EGRESS }, '/').egress;

describe('the egress of a country', () => {
  it('is a proxy with its login apart from its address', () => {
    expect(egress('de=http://me:p%40ss@proxy.test:8080, US=socks5://10.0.0.1:1080')).toEqual({
      DE: { server: 'http://proxy.test:8080', username: 'me', password: 'p@ss' },
      US: { server: 'socks5://10.0.0.1:1080' },
    });
  });

  it.each([
    [
      'a socks5 proxy with a login, which no browser can give it',
      'US=socks5://me:hunter2@proxy.test:1080',
      'http',
    ],
    ['a socks5 proxy with a user alone', 'US=socks5://me@proxy.test:1080', 'http'],
    ['an escape that is none', 'US=http://me:hunter2%zz@proxy.test:1', '%25'],
    ['a proxy without a host', 'US=socks5://', 'COUNTRY=http://'],
    ['a protocol that is none', 'US=socks4://proxy.test:1', 'COUNTRY=http://'],
    ['a country that is none', 'USA=http://proxy.test:1', 'COUNTRY=http://'],
  ])('is refused when it is %s, saying what to do and no password', (_what, setting, advice) => {
    expect(() => egress(setting)).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: expect.stringMatching(new RegExp(`^FLEET_EGRESS(?!.*hunter2).*${advice}`)),
      }),
    );
  });
});
