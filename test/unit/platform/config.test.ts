import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONFIG_VARIABLES, readConfig } from '../../../src/platform/config.ts';

describe('the configuration', () => {
  it('is complete without any variable: loopback, port 8787, data under the working directory, live', () => {
    expect(readConfig({}, '/work')).toMatchObject({
      host: '127.0.0.1',
      port: 8787,
      databaseUrl: undefined,
      dataDir: '/work/.fleet',
      origin: 'live',
      browser: 'auto',
      browserPlugins: [],
      logLevel: 'info',
    });
  });

  it('takes an empty variable for one that is not set', () => {
    expect(readConfig(Object.fromEntries(CONFIG_VARIABLES.map((name) => [name, ''])), '/w')).toEqual(
      readConfig({}, '/w'),
    );
  });

  it('leaves an absolute data directory alone and resolves a relative one', () => {
    expect(readConfig({ FLEET_DATA_DIR: '/data' }, '/work').dataDir).toBe('/data');
    expect(readConfig({ FLEET_DATA_DIR: 'data' }, '/work').dataDir).toBe('/work/data');
  });

  it('splits plugin names at commas and drops blanks', () => {
    expect(readConfig({ FLEET_BROWSER_PLUGINS: ' a, ,b,' }, '/').browserPlugins).toEqual(['a', 'b']);
  });

  it.each([
    ['PORT', '65536'],
    ['PORT', 'http'],
    ['FLEET_ORIGIN', 'moon'],
    ['FLEET_BROWSER', 'firefox'],
    ['FLEET_SLOTS', '0'],
    ['FLEET_HEARTBEAT_S', '9'],
    ['FLEET_LOG_LEVEL', 'loud'],
    ['FLEET_AUTH_FAILURES', '-1'],
    ['FLEET_TRUST_PROXY', '10.0.0.0/33'],
    ['FLEET_TRUST_PROXY', 'proxy.example'],
  ])('refuses %s=%s, naming the variable and what came', (name, value) => {
    expect(() => readConfig({ [name]: value }, '/')).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: expect.stringContaining(`${name}=${JSON.stringify(value)}`),
      }),
    );
  });

  it.each([
    ['FLEET_SLOTS', '100', '1 to 64'],
    ['FLEET_SLOTS', '2.5', '1 to 64'],
    ['FLEET_SLOTS', 'many', '1 to 64'],
    ['FLEET_SYNC_WAIT_S', '500', '1 to 120'],
    ['PORT', '-1', '0 to 65535'],
    ['FLEET_RETRY_DELAY_S', ' ', '0 to 3600'],
    // Node's timers end after 24.8 days: what is longer would be over after a millisecond.
    ['FLEET_DRAIN_MS', '99999999999', '1 to 86400000'],
    ['FLEET_HEARTBEAT_S', '10000000', '10 to 3600'],
    ['FLEET_CAPTURE_TIMEOUT_MS', '2147483648', '1000 to 3600000'],
    ['FLEET_CAPTURE_TIMEOUT_MS', '1', '1000 to 3600000'],
  ])('refuses %s=%s and says that %s is allowed', (name, value, allowed) => {
    expect(() => readConfig({ [name]: value }, '/')).toThrow(
      `${name}=${JSON.stringify(value)} is not usable: must be a whole number from ${allowed}`,
    );
  });

  it('has no language model unless base URL and model are set; half a setting is refused', () => {
    const ANALYSIS_LLM_BASE_URL = 'http://localhost:11434/v1/';
    const both = { ANALYSIS_LLM_BASE_URL, ANALYSIS_LLM_MODEL: 'small' };
    expect(readConfig({}, '/').languageModel).toBeUndefined();
    expect(readConfig(both, '/').languageModel).toEqual({
      ...{ baseUrl: 'http://localhost:11434/v1', model: 'small', apiKey: undefined },
    });
    for (const half of [
      { ANALYSIS_LLM_BASE_URL },
      { ANALYSIS_LLM_MODEL: 'small' },
      { ANALYSIS_LLM_API_KEY: 'k' },
    ]) {
      expect(() => readConfig(half, '/')).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
    }
    for (const bad of ['file:///v1', 'https://me:hunter2@models.example/v1']) {
      expect(() => readConfig({ ...both, ANALYSIS_LLM_BASE_URL: bad }, '/')).toThrow(
        expect.objectContaining({
          code: 'CONFIG_INVALID',
          message: expect.stringMatching(/^ANALYSIS_LLM_BASE_URL=(?!.*hunter2)/),
        }),
      );
    }
  });

  it('names a variable that may hold a secret without showing it', () => {
    expect(() => readConfig({ DATABASE_URL: 'mysql://me:hunter2@x' }, '/')).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: expect.stringMatching(/^DATABASE_URL=(?!.*hunter2)/),
      }),
    );
  });

  it('takes every port there is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 65_535 }), (port) => {
        expect(readConfig({ PORT: String(port) }, '/').port).toBe(port);
      }),
    );
  });
});
