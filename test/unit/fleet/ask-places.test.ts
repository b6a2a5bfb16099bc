import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AskPlaces } from '../../../src/fleet/ask-places.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('places for captures that are being asked', () => {
  it('are taken until given back, each once', () => {
    const places = new AskPlaces(2, () => undefined);
    const first = places.take();
    expect(places.free).toBe(true);
    places.take();
    expect(places.free).toBe(false);
    expect(first()).toBe(true);
    expect(places.free).toBe(true);
    places.take();
    expect(first()).toBe(false);
    expect(places.free).toBe(false);
  });

  it('say that nobody waited where there was room all the time', () => {
    const places = new AskPlaces(2, () => undefined);
    expect(places.take()()).toBe(false);
  });

  it('are not kept by a site that does not answer', () => {
    const onFree = vi.fn();
    const places = new AskPlaces(1, onFree);
    const late = places.take();
    vi.advanceTimersByTime(9_999);
    expect(places.free).toBe(false);
    vi.advanceTimersByTime(1);
    expect(places.free).toBe(true);
    expect(onFree).toHaveBeenCalledTimes(1);
    places.take();
    expect(late()).toBe(false);
    expect(places.free).toBe(false);
  });
});
