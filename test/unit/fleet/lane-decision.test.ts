import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OUTCOMES, type Outcome } from '../../../src/contract/outcome.ts';
import {
  afterCapture,
  coolDownMs,
  decideAdmission,
  FRESH_LANE,
  heldByHand,
  type LaneState,
  openedByHand,
} from '../../../src/fleet/lane-decision.ts';
import { type LaneSettings, POLITE } from '../../../src/platform/lanes-setting.ts';

const START = Date.UTC(2026, 10, 23, 12);
const MINUTE = 60_000;

interface Flight {
  spell: number;
}

/** A lane with its captures under way, and a clock that only the test moves. */
class Simulation {
  state: LaneState = FRESH_LANE;
  now = START;
  readonly flights: Flight[] = [];
  readonly starts: number[] = [];
  readonly settings: LaneSettings;

  constructor(settings: Partial<LaneSettings> = {}) {
    this.settings = { ...POLITE, ...settings };
  }

  decide(roll = 0) {
    return decideAdmission(this.state, this.settings, { now: this.now, inFlight: this.flights.length, roll });
  }

  ask(roll = 0) {
    const decision = this.decide(roll);
    if (decision.kind === 'admit') {
      this.state = decision.state;
      this.starts.push(this.now);
      this.flights.push({ spell: decision.state.spell });
    }
    return decision.kind === 'admit' ? 'admit' : decision.reason;
  }

  end(outcome: Outcome, index = 0): void {
    const [flight] = this.flights.splice(index, 1);
    if (flight !== undefined)
      this.state = afterCapture(this.state, this.settings, { outcome, spell: flight.spell, now: this.now });
  }

  /** Waits as long as it is told, until it is let in; gives up after ten times. */
  askUntilAdmitted(): boolean {
    for (let tries = 0; tries < 10; tries++) {
      const decision = this.decide();
      if (decision.kind === 'admit') return this.ask() === 'admit';
      this.now = decision.until;
    }
    return false;
  }

  capture(outcome: Outcome): void {
    expect(this.askUntilAdmitted()).toBe(true);
    this.end(outcome);
  }
}

const settingsArbitrary = fc.record({
  perMinute: fc.integer({ min: 1, max: 600 }),
  atOnce: fc.integer({ min: 1, max: 5 }),
  jitter: fc.double({ min: 0, max: 1, noNaN: true }),
  quiet: fc.option(
    fc.record({
      fromMinute: fc.integer({ min: 0, max: 1_439 }),
      toMinute: fc.integer({ min: 0, max: 1_439 }),
      zone: fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kathmandu'),
    }),
  ),
  coolDownMs: fc.integer({ min: 1_000, max: 600_000 }),
  maxCoolDownMs: fc.integer({ min: 600_000, max: 6_000_000 }),
});

const eventsArbitrary = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('ask' as const), roll: fc.double({ min: 0, max: 0.999, noNaN: true }) }),
    fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 400_000 }) }),
    fc.record({ kind: fc.constant('end' as const), outcome: fc.constantFrom(...OUTCOMES), index: fc.nat(4) }),
  ),
  { maxLength: 120 },
);

/** Plays the events and looks at the lane before and after each admission. */
function play(
  lane: Simulation,
  events: typeof eventsArbitrary extends fc.Arbitrary<infer T> ? T : never,
  onAdmit: (before: LaneState, inFlight: number) => void,
): void {
  for (const event of events) {
    if (event.kind === 'pass') lane.now += event.ms;
    else if (event.kind === 'end') lane.end(event.outcome, event.index % Math.max(1, lane.flights.length));
    else {
      const before = lane.state;
      const inFlight = lane.flights.length;
      if (lane.ask(event.roll) === 'admit') onAdmit(before, inFlight);
    }
  }
}

describe('whatever happens on a lane', () => {
  it('never more captures are under way than allowed, and one while it probes', () => {
    fc.assert(
      fc.property(settingsArbitrary, eventsArbitrary, (settings, events) => {
        const lane = new Simulation(settings);
        play(lane, events, (before, inFlight) => {
          expect(inFlight).toBeLessThan(settings.atOnce);
          if (before.phase !== 'flowing') expect(inFlight).toBe(0);
        });
      }),
    );
  });

  it('starts lie at least the pace apart: no minute holds more than allowed', () => {
    fc.assert(
      fc.property(settingsArbitrary, eventsArbitrary, (settings, events) => {
        const lane = new Simulation(settings);
        play(lane, events, () => undefined);
        for (const [index, start] of lane.starts.entries()) {
          const within = lane.starts.filter((other) => other >= start && other < start + MINUTE);
          expect(within.length).toBeLessThanOrEqual(settings.perMinute);
          const previous = lane.starts[index - 1];
          if (previous !== undefined)
            expect(start - previous).toBeGreaterThanOrEqual(MINUTE / settings.perMinute);
        }
      }),
    );
  });

  it('nothing starts while it cools down', () => {
    fc.assert(
      fc.property(settingsArbitrary, eventsArbitrary, (settings, events) => {
        const lane = new Simulation(settings);
        play(lane, events, (before) => {
          if (before.phase === 'cooling') expect(lane.now).toBeGreaterThanOrEqual(before.coolUntil);
        });
      }),
    );
  });

  it('who must wait is told a later time, and whoever keeps to it comes in once the others have ended', () => {
    fc.assert(
      fc.property(settingsArbitrary, eventsArbitrary, (settings, events) => {
        const lane = new Simulation({ ...settings, quiet: null });
        play(lane, events, () => undefined);
        const decision = lane.decide();
        if (decision.kind === 'wait') expect(decision.until).toBeGreaterThan(lane.now);
        lane.flights.length = 0;
        expect(lane.askUntilAdmitted()).toBe(true);
      }),
    );
  });

  it('the same state, load and clock give the same decision, and the state given is not changed', () => {
    fc.assert(
      fc.property(settingsArbitrary, eventsArbitrary, (settings, events) => {
        const lane = new Simulation(settings);
        play(lane, events, () => undefined);
        const frozen = structuredClone(lane.state);
        expect(lane.decide(0.5)).toEqual(lane.decide(0.5));
        afterCapture(lane.state, lane.settings, { outcome: 'challenge', spell: frozen.spell, now: lane.now });
        expect(lane.state).toEqual(frozen);
      }),
    );
  });
});

describe('the breaker', () => {
  it.each(['challenge', 'throttled'] as const)('opens at the first %s', (outcome) => {
    const lane = new Simulation();
    lane.capture(outcome);
    expect(lane.state).toMatchObject({ phase: 'cooling', cause: outcome, openings: 1 });
    expect(lane.ask()).toBe('cooling_down');
  });

  it('opens when half of the last captures failed, but not for a few', () => {
    const lane = new Simulation();
    for (let ends = 0; ends < 7; ends++) lane.capture('timeout');
    expect(lane.state.phase).toBe('flowing');
    lane.capture('surface_error');
    expect(lane.state).toMatchObject({ phase: 'cooling', cause: 'error_rate' });
  });

  it('stays closed while most captures come back well, and forgets errors of long ago', () => {
    const lane = new Simulation();
    for (let ends = 0; ends < 30; ends++) lane.capture(ends % 3 === 0 ? 'navigation_failed' : 'answered');
    expect(lane.state.phase).toBe('flowing');
    const forgetful = new Simulation();
    for (let ends = 0; ends < 7; ends++) forgetful.capture('timeout');
    forgetful.now += 11 * MINUTE;
    forgetful.capture('timeout');
    expect(forgetful.state.phase).toBe('flowing');
  });

  it.each(['browser_crashed', 'login_wall'] as const)('takes %s for nothing the site has done', (outcome) => {
    const lane = new Simulation();
    for (let ends = 0; ends < 20; ends++) lane.capture(outcome);
    expect(lane.state).toMatchObject({ phase: 'flowing', recent: [] });
  });

  it('lets one probe at a time through after the cool-down, and flows after two that came back well', () => {
    const lane = new Simulation({ atOnce: 5, perMinute: 600 });
    lane.capture('challenge');
    lane.now = lane.state.coolUntil;
    expect(lane.ask()).toBe('admit');
    lane.now += MINUTE;
    expect(lane.ask()).toBe('probing');
    lane.end('answered');
    expect(lane.state.phase).toBe('probing');
    lane.capture('absent');
    expect(lane.state.phase).toBe('flowing');
    lane.now += MINUTE;
    expect(lane.ask()).toBe('admit');
    lane.now += MINUTE;
    expect(lane.ask()).toBe('admit');
  });

  it('goes back to cooling, each time for twice as long up to the longest, while probes fail', () => {
    const lane = new Simulation({ coolDownMs: MINUTE, maxCoolDownMs: 10 * MINUTE });
    const cooled: number[] = [];
    for (const outcome of [
      'challenge',
      'throttled',
      'timeout',
      'challenge',
      'challenge',
      'challenge',
    ] as const) {
      lane.capture(outcome);
      cooled.push((lane.state.coolUntil - lane.now) / MINUTE);
    }
    expect(cooled).toEqual([1, 2, 4, 8, 10, 10]);
  });

  it('grows further when it flowed only shortly, and starts anew after it flowed for as long as it last cooled', () => {
    const lane = new Simulation({ coolDownMs: 10 * MINUTE, perMinute: 600 });
    const recover = (): void => {
      lane.capture('answered');
      lane.capture('answered');
    };
    lane.capture('challenge');
    recover();
    lane.now += 5 * MINUTE;
    lane.capture('challenge');
    expect(lane.state.openings).toBe(2);
    recover();
    lane.now += 20 * MINUTE;
    lane.capture('challenge');
    expect(lane.state.openings).toBe(1);
  });

  it('is opened once by many captures that meet the same wall', () => {
    const lane = new Simulation({ atOnce: 5, perMinute: 600, jitter: 0 });
    for (let flights = 0; flights < 5; flights++) {
      expect(lane.ask()).toBe('admit');
      lane.now += 100;
    }
    for (let flights = 0; flights < 5; flights++) lane.end('challenge');
    expect(lane.state).toMatchObject({ openings: 1, spell: 1 });
  });

  it('is not closed by a capture that started before it opened', () => {
    const lane = new Simulation({ atOnce: 3, perMinute: 600, jitter: 0 });
    for (let flights = 0; flights < 3; flights++) {
      lane.ask();
      lane.now += 100;
    }
    lane.end('throttled');
    const cooling = lane.state;
    lane.end('answered');
    lane.end('answered');
    expect(lane.state).toBe(cooling);
  });

  it('never lets a cool-down overflow or shrink below the first', () => {
    fc.assert(
      fc.property(settingsArbitrary, fc.nat(2_000), (settings, openings) => {
        const ms = coolDownMs(settings, openings);
        expect(ms).toBeGreaterThanOrEqual(settings.coolDownMs);
        expect(ms).toBeLessThanOrEqual(settings.maxCoolDownMs);
      }),
    );
  });
});

describe('a lane closed by hand', () => {
  it('admits nobody until its time is over, or until it is opened by hand', () => {
    const lane = new Simulation();
    lane.state = heldByHand(lane.state, { until: lane.now + MINUTE, reason: 'site is down' });
    expect(lane.ask()).toBe('held');
    lane.now += MINUTE;
    expect(lane.ask()).toBe('admit');
    lane.state = heldByHand(lane.state, { until: null, reason: 'for good' });
    lane.now += 1_000 * MINUTE;
    expect(lane.ask()).toBe('held');
    lane.state = openedByHand(lane.state, lane.now);
    lane.end('answered');
    expect(lane.ask()).toBe('admit');
  });

  it('flows at once when opened while it cools down, at its pace, and forgets how often it had to', () => {
    const lane = new Simulation({ jitter: 0 });
    for (const outcome of ['challenge', 'challenge'] as const) lane.capture(outcome);
    lane.state = openedByHand(lane.state, lane.now);
    expect(lane.state).toMatchObject({ phase: 'flowing', openings: 0 });
    expect(lane.ask()).toBe('pacing');
  });
});

describe('pace', () => {
  it('a pause that the settings never give (they were slower, or the clock was set back) is not waited for', () => {
    const slow = new Simulation({ perMinute: 0.02, jitter: 0 });
    expect([slow.ask(), slow.ask()]).toEqual(['admit', 'pacing']);
    const faster = new Simulation({ perMinute: 6, jitter: 0.3 });
    faster.state = slow.state;
    expect([faster.ask(), faster.ask()]).toEqual(['admit', 'pacing']);
    faster.end('answered');
    faster.end('answered');
    faster.now -= 60 * MINUTE;
    expect([faster.ask(), faster.ask()]).toEqual(['admit', 'pacing']);
  });

  it('the longest pause that jitter can give is kept', () => {
    const lane = new Simulation({ perMinute: 7, jitter: 0.3 });
    expect(lane.ask(0.999_999)).toBe('admit');
    expect(lane.ask()).toBe('pacing');
    lane.now = lane.state.nextAt - 1;
    expect(lane.ask()).toBe('pacing');
    lane.now++;
    expect(lane.ask()).toBe('admit');
  });
});

describe('quiet hours', () => {
  const night = { fromMinute: 22 * 60, toMinute: 6 * 60, zone: 'Europe/Berlin' };
  const at = (text: string): string => {
    const lane = new Simulation({ quiet: night });
    lane.now = Date.parse(text);
    const decision = lane.decide();
    return decision.kind === 'admit' ? 'admit' : new Date(decision.until).toISOString();
  };

  it('hold over midnight, in their own time zone, in winter and in summer', () => {
    expect(at('2026-01-10T20:59:59Z')).toBe('admit');
    expect(at('2026-01-10T21:00:00Z')).toBe('2026-01-11T05:00:00.000Z');
    expect(at('2026-01-11T04:59:59Z')).toBe('2026-01-11T05:00:00.000Z');
    expect(at('2026-01-11T05:00:00Z')).toBe('admit');
    expect(at('2026-07-10T20:30:00Z')).toBe('2026-07-11T04:00:00.000Z');
  });

  it('hold on the days on which the clocks change, by the clock on the wall', () => {
    // Spring: 02:00 is 03:00, the night has seven hours; nothing starts before six, and at six it may.
    expect(at('2026-03-28T20:59:59Z')).toBe('admit');
    for (const minute of ['00:30', '01:30', '03:59'])
      expect(at(`2026-03-29T${minute}:00Z`)).not.toBe('admit');
    expect(at('2026-03-29T04:00:00Z')).toBe('admit');
    // Autumn: 03:00 is 02:00, the night has nine; who waited as told in the evening is told to wait for the hour on top.
    expect(at('2026-10-24T20:30:00Z')).toBe('2026-10-25T04:00:00.000Z');
    expect(at('2026-10-25T04:00:00Z')).toBe('2026-10-25T05:00:00.000Z');
    expect(at('2026-10-25T05:00:00Z')).toBe('admit');
  });

  it('of the same beginning and end are none', () => {
    const lane = new Simulation({ quiet: { fromMinute: 60, toMinute: 60, zone: 'UTC' } });
    expect(lane.ask()).toBe('admit');
  });
});
