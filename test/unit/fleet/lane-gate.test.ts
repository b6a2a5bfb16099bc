import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SURFACE_NAMES } from '../../../src/contract/surface-name.ts';
import { egressOf, openWays } from '../../../src/fleet/lane-gate.ts';

const proxy = { server: 'http://127.0.0.1:9' };
const exits = { onlyStage: false, egress: { DE: proxy, US: proxy } };

describe('the egress of a capture', () => {
  it('is the proxy of its country, else none, and never one for the stage', () => {
    expect(egressOf('DE', exits)).toBe('DE');
    expect(egressOf('FR', exits)).toBe('direct');
    expect(egressOf('GLOBAL', exits)).toBe('direct');
    expect(egressOf('stage', exits)).toBe('stage');
    expect(egressOf('DE', { ...exits, onlyStage: true })).toBe('stage');
    expect(egressOf('constructor', exits)).toBe('direct');
  });
});

describe('what a worker may fetch', () => {
  const surface = fc.constantFrom(...SURFACE_NAMES.slice(0, 4));
  const waiting = fc.array(
    fc.record({ surface, route: fc.constantFrom('DE', 'US', 'FR', 'GLOBAL', 'stage') }),
  );
  const shut = fc.array(
    fc.record({
      surface,
      egress: fc.constantFrom('DE', 'US', 'direct', 'stage'),
      reason: fc.constant('pacing' as const),
      waitMs: fc.nat(100_000),
    }),
  );

  it('is every surface but those all of whose waiting captures must wait, without the routes that must', () => {
    fc.assert(
      fc.property(waiting, shut, (queued, lanes) => {
        const ways = openWays(SURFACE_NAMES, queued, lanes, exits);
        for (const name of SURFACE_NAMES) {
          const routes = queued.filter((one) => one.surface === name).map(({ route }) => route);
          const mayGo = routes.filter((route) => !(ways.barred.get(name) ?? []).includes(route));
          expect(ways.surfaces.includes(name)).toBe(routes.length === 0 || mayGo.length > 0);
          for (const route of mayGo) {
            const egress = egressOf(route, exits);
            expect(lanes.some((lane) => lane.surface === name && lane.egress === egress)).toBe(false);
          }
        }
      }),
    );
  });

  it('is worth another look when the first lane that something waits for opens, and only then', () => {
    const lanes = [
      { surface: 'chatgpt' as const, egress: 'DE', reason: 'pacing' as const, waitMs: 700 },
      { surface: 'chatgpt' as const, egress: 'direct', reason: 'pacing' as const, waitMs: 300 },
      { surface: 'gemini' as const, egress: 'direct', reason: 'pacing' as const, waitMs: 5 },
    ];
    const queued = [
      { surface: 'chatgpt' as const, route: 'DE' },
      { surface: 'chatgpt' as const, route: 'FR' },
    ];
    expect(openWays(['chatgpt', 'gemini'], queued, lanes, exits)).toMatchObject({
      surfaces: ['gemini'],
      againInMs: 300,
    });
    expect(openWays(['chatgpt', 'gemini'], [], lanes, exits).againInMs).toBeNull();
  });
});
