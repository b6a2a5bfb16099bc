import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AskPlaces } from '../../../src/fleet/ask-places.ts';

const calm = (): number => 0.2;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('places for captures that are being asked', () => {
  it('are taken until given back, each once', () => {
    const places = new AskPlaces(2, () => undefined, calm);
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
    const places = new AskPlaces(2, () => undefined, calm);
    expect(places.take()()).toBe(false);
  });

  it('are not kept by a site that does not answer', () => {
    const onFree = vi.fn();
    const places = new AskPlaces(1, onFree, calm);
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

  it('are kept while the machine is so busy that its processors may be what the capture waits for, a minute at most', () => {
    let pressure = 1;
    const places = new AskPlaces(
      1,
      () => undefined,
      () => pressure,
    );
    places.take();
    vi.advanceTimersByTime(50_000);
    expect(places.free).toBe(false);
    vi.advanceTimersByTime(10_000);
    expect(places.free).toBe(true);
    places.take();
    vi.advanceTimersByTime(10_000);
    expect(places.free).toBe(false);
    pressure = 0.5;
    vi.advanceTimersByTime(10_000);
    expect(places.free).toBe(true);
  });
});
