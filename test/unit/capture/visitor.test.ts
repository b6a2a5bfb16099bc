import { describe, expect, it } from 'vitest';
import { visitorOf } from '../../../src/capture/visitor.ts';

describe('how a context presents itself for a region', () => {
  it.each([
    [{ country: 'DE' }, 'de-DE', 'Europe/Berlin'],
    [{ country: 'US' }, 'en-US', 'America/New_York'],
    [{ country: 'JP' }, 'ja-JP', 'Asia/Tokyo'],
    [{ country: 'CH', language: 'fr' }, 'fr-CH', 'Europe/Zurich'],
    [{ country: 'BR', language: 'pt-BR' }, 'pt-BR', 'America/Sao_Paulo'],
    [{ country: 'EG' }, 'ar-EG', 'Africa/Cairo'],
  ])('%j → %s in %s', (region, locale, timezoneId) => {
    expect(visitorOf(region)).toEqual({ locale, timezoneId, geolocation: null });
  });

  it('stands where the city is when one is asked for', () => {
    const visitor = visitorOf({ country: 'US', city: 'los angeles' });
    expect(visitor.timezoneId).toBe('America/Los_Angeles');
    expect(visitor.geolocation?.latitude).toBeCloseTo(34, 0);
  });

  it('shows an untargeted capture as en-US', () => {
    expect(visitorOf(null).locale).toBe('en-US');
  });
});
