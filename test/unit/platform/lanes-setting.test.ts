import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../src/platform/config.ts';
import { laneSettings, POLITE, scopesWithoutEgress } from '../../../src/platform/lanes-setting.ts';

const lanes = (text: string) => readConfig({ FLEET_LANES: text }, '/').lanes;

describe('settings of lanes', () => {
  it('are polite on live sites and none on the stage when nothing is said', () => {
    expect(laneSettings(lanes(''), 'chatgpt', 'direct')).toEqual(POLITE);
    expect(laneSettings(lanes(''), 'google_news', 'DE')).toEqual(POLITE);
    expect(laneSettings(lanes(''), 'chatgpt', 'stage')).toBeNull();
  });

  it('go from the wide scope to the narrow, setting by setting', () => {
    const setting = lanes(
      'live: per-minute=4, cool-down=90s; chatgpt: per-minute=2, quiet=23:00-07:30, zone=Europe/Berlin; chatgpt/DE: at-once=7; stage: per-minute=60',
    );
    expect(laneSettings(setting, 'claude', 'direct')).toEqual({
      ...POLITE,
      perMinute: 4,
      coolDownMs: 90_000,
    });
    const quiet = { fromMinute: 23 * 60, toMinute: 7 * 60 + 30, zone: 'Europe/Berlin' };
    const chatgpt = { ...POLITE, perMinute: 2, coolDownMs: 90_000, quiet };
    expect(laneSettings(setting, 'chatgpt', 'US')).toEqual(chatgpt);
    expect(laneSettings(setting, 'chatgpt', 'DE')).toEqual({ ...chatgpt, atOnce: 7 });
    expect(laneSettings(setting, 'chatgpt', 'stage')).toEqual({ ...POLITE, perMinute: 60 });
  });

  it('can be switched off, and on again for one lane', () => {
    const setting = lanes('live: off; gemini: at-once=1; chatgpt/direct: off');
    expect(laneSettings(setting, 'claude', 'direct')).toBeNull();
    expect(laneSettings(setting, 'gemini', 'direct')).toEqual({ ...POLITE, atOnce: 1 });
    expect(laneSettings(setting, 'chatgpt', 'direct')).toBeNull();
  });

  it.each([
    'chatgbt: per-minute=4',
    'chatgpt/Germany: per-minute=4',
    'per-minute=4',
    'live: per-minute=0',
    'live: per-hour=4',
    'live: at-once=1.5',
    'live: quiet=25:00-07:00',
    'live: quiet=23:00-07:00, zone=Mars/Olympus',
    'live: cool-down=5',
    'live: jitter=much',
    'live: zone=Europe/Berlin; chatgpt: quiet=23:00-07:00',
    'live: quiet=08:00-08:00',
    'live: per-minute=2; live: at-once=1',
    'chatgpt/ZZ: per-minute=4',
    'page/DE: per-minute=4',
    'page/stage: per-minute=4',
    'live: cool-down=0s',
    'live: max-cool-down=0m',
    'live: cool-down=721h',
    'live: cool-down=10m, max-cool-down=5m',
  ])('are refused with the name of the variable when they say %s', (text) => {
    expect(() => lanes(text)).toThrow(/FLEET_LANES=.* is not usable/);
  });

  it('are refused with what came and what is allowed', () => {
    expect(() => lanes('live: per-hour=4')).toThrow(
      'live: Unrecognized key: "per-hour"; allowed are off, per-minute, at-once, jitter, quiet, zone, cool-down, max-cool-down',
    );
  });

  it.each([
    ['live: cool-down=0s', 'live: cool-down is 0s, must be 1s to 720h; a lane without a breaker is off;'],
    ['chatgpt: max-cool-down=999h', 'chatgpt: max-cool-down is 999h, must be 1s to 720h'],
    ['live: cool-down=5', 'live: cool-down is 5, must be a duration such as 30s, 5m or 4h'],
    ['live: cool-down=2m, max-cool-down=1m', 'live: max-cool-down is shorter than cool-down'],
    ['page/DE: at-once=1', '(page: or page/direct:)'],
  ])('%s is refused by the name of the setting, with what came and what is allowed', (text, told) => {
    expect(() => lanes(text)).toThrow(told);
  });

  it('a breaker of one second is one', () => {
    expect(laneSettings(lanes('live: cool-down=1s'), 'claude', 'direct')).toMatchObject({
      coolDownMs: 1_000,
    });
    expect(laneSettings(lanes('page/direct: at-once=3'), 'page', 'direct')).toMatchObject({ atOnce: 3 });
  });
});

describe('lanes of countries that a worker has no proxy for', () => {
  const setting = lanes('live: at-once=1; chatgpt/DE: at-once=2; gemini/US: at-once=3; chatgpt/direct: off');
  const serves = ['chatgpt', 'gemini'] as const;
  const without = (
    egress: Record<string, string>,
    regions?: string[],
    surfaces: typeof serves | ['gemini'] = serves,
  ) => scopesWithoutEgress(setting, { egress, serves: surfaces, regions }).map(({ scope }) => scope);

  it('are told of, those of countries that it has one for are not', () => {
    expect(without({})).toEqual(['chatgpt/DE', 'gemini/US']);
    expect(without({ DE: 'proxy' })).toEqual(['gemini/US']);
    expect(without({ DE: 'proxy', US: 'proxy' })).toEqual([]);
  });

  it('are nothing to a worker that does not serve the surface or the country', () => {
    expect(without({}, ['US', 'GLOBAL'])).toEqual(['gemini/US']);
    expect(without({}, undefined, ['gemini'])).toEqual(['gemini/US']);
  });
});
