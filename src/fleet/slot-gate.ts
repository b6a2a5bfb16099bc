import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { readCpuPressure, readMemory } from '../platform/machine-load.ts';
import type { FleetCounters } from './fleet-counters.ts';
import { nextSlots, type SlotRules, type SlotState, startSlots } from './slot-controller.ts';

const SAMPLE_MS = 1_000;
const LAG_RESOLUTION_MS = 50;

export interface SlotGateOptions {
  rules: SlotRules;
  clock: Clock;
  log: Log;
  counters: FleetCounters;
  /** Captures under way. */
  busy: () => number;
  bytesPerCapture: () => number | null;
}

/** Follows the machine once a second and says how many captures may run at once. */
export class SlotGate {
  readonly #options: SlotGateOptions;
  readonly #lag: ReturnType<typeof monitorEventLoopDelay>;
  #state: SlotState;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SlotGateOptions) {
    this.#options = options;
    this.#state = startSlots(options.rules, options.clock.monotonic());
    this.#lag = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS });
  }

  /** Captures that may run at once now. */
  get limit(): number {
    return this.#state.limit;
  }

  start(): void {
    this.#lag.enable();
    this.#timer = setInterval(() => this.#sample(), SAMPLE_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#lag.disable();
  }

  #sample(): void {
    const { rules, clock, log, counters, busy, bytesPerCapture } = this.#options;
    const before = this.#state.limit;
    this.#state = nextSlots(
      this.#state,
      {
        at: clock.monotonic(),
        cpuPressure: readCpuPressure(),
        ...readMemory(),
        // The histogram measures the whole interval; only what exceeds its own tick is delay.
        lagMs: Math.max(0, this.#lag.percentile(99) / 1e6 - LAG_RESOLUTION_MS),
        busy: busy(),
        bytesPerCapture: bytesPerCapture(),
      },
      rules,
    );
    this.#lag.reset();
    const { limit } = this.#state;
    if (limit === before) return;
    if (limit > before) counters.slotsRaised++;
    else counters.slotsLowered++;
    log.info(
      { from: before, to: limit, cpu: this.#state.cpu, lag: this.#state.lag },
      'slots follow the machine',
    );
  }
}
