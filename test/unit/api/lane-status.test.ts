import { describe, expect, it } from 'vitest';
import { type LaneStatus, withLanes } from '../../../src/api/lane-status.ts';
import type { SurfaceState } from '../../../src/jobs/queue-state.ts';

const NOON = Date.UTC(2026, 10, 23, 12);

function lane(egress: string, given: Partial<LaneStatus> = {}): LaneStatus {
  return {
    ...{ surface: 'chatgpt', egress, phase: 'flowing', inFlight: 0, openings: 0 },
    ...{ waiting: null, until: null, detail: null },
    ...given,
  };
}

const cooling = (egress: string): LaneStatus =>
  lane(egress, { phase: 'cooling', waiting: 'cooling_down', until: NOON, detail: 'challenge' });

function queued(...routes: string[][]): SurfaceState[] {
  return [
    {
      ...{ surface: 'chatgpt', queued: routes.length, processing: 0, oldestQueuedSeconds: 3 },
      waiting: 'slots_busy',
      regions: routes.map((of, index) => ({ region: `r${index}`, queued: 1, processing: 0, routes: of })),
    },
  ];
}

describe('why captures wait, as their owner is told', () => {
  it('is their lane when every queued one waits for it: which, why and until when', () => {
    const [surface] = withLanes(queued(['GLOBAL']), [cooling('direct')]);
    expect(surface?.waiting).toBe('lane_shut');
    expect(surface?.regions[0]).toEqual({
      ...{ region: 'r0', queued: 1, processing: 0 },
      lane: {
        egress: 'direct',
        phase: 'cooling',
        reason: 'cooling_down',
        until: '2026-11-23T12:00:00.000Z',
        detail: 'challenge',
      },
    });
  });

  it('is not their lane when some could go: only the region that waits for it says so', () => {
    const [surface] = withLanes(queued(['DE'], ['US']), [cooling('DE'), lane('direct')]);
    expect(surface?.waiting).toBe('slots_busy');
    expect(surface?.regions.map((region) => region.lane?.egress ?? null)).toEqual(['DE', null]);
  });

  it('never takes a live lane for that of the stage, nor a lane of another surface', () => {
    const others = [cooling('direct'), { ...cooling('stage'), surface: 'gemini' as const }];
    expect(withLanes(queued(['stage']), others)[0]?.waiting).toBe('slots_busy');
    expect(withLanes(queued(['stage']), [cooling('stage')])[0]?.waiting).toBe('lane_shut');
  });

  it('says nothing of lanes where nothing is queued', () => {
    const [surface] = withLanes(queued([]), [cooling('direct')]);
    expect(surface).toMatchObject({ waiting: 'slots_busy', regions: [{ lane: null }] });
  });
});
