import type { Locator } from 'playwright';
import type { AnswerEnd, AnswerWatch, DriveTools, Selector } from '../contract/surface.ts';
import type { Clock } from '../platform/clock.ts';
import { traced } from '../platform/traces.ts';

/** What a capture spends its time on in the browser. `submit`: the query is written and sent. */
const PHASES = ['navigate', 'submit', 'await', 'expand', 'proof'] as const;
export type Phase = (typeof PHASES)[number];

/** Milliseconds by phase; 0 for one that was not reached. */
export type PhaseTimes = Readonly<Record<Phase, number>>;

export const NO_PHASES: PhaseTimes = { navigate: 0, submit: 0, await: 0, expand: 0, proof: 0 };

/** Times the phases of one capture, and shows each step as a span. */
export class PhaseWatch {
  readonly #clock: Clock;
  readonly #ms: Record<Phase, number> = { ...NO_PHASES };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get times(): PhaseTimes {
    const { navigate, submit, await: waited, expand, proof } = this.#ms;
    const round = Math.round;
    return {
      ...{ navigate: round(navigate), submit: round(submit), await: round(waited) },
      ...{ expand: round(expand), proof: round(proof) },
    };
  }

  /** Runs one step of a phase; `name` is that of its span. */
  async run<T>(phase: Phase, step: () => Promise<T>, name: string = phase): Promise<T> {
    const began = this.#clock.monotonic();
    try {
      return await traced(name, {}, step);
    } finally {
      this.#ms[phase] += this.#clock.monotonic() - began;
    }
  }
}

/** What a drive tells on its way. */
export interface DriveNews {
  /** A page is there. */
  onOpened?: (() => void) | undefined;
  /** It begins to wait for an answer. */
  onAsked?: (() => void) | undefined;
}

/** The tools of a drive, with each call counted to its phase; what costs next to nothing is counted to none. */
export class TimedTools implements DriveTools {
  readonly #tools: DriveTools;
  readonly #watch: PhaseWatch;
  readonly #news: DriveNews;

  constructor(tools: DriveTools, watch: PhaseWatch, news: DriveNews = {}) {
    this.#tools = tools;
    this.#watch = watch;
    this.#news = news;
  }

  async open(url: string): Promise<void> {
    await this.#watch.run('navigate', () => this.#tools.open(url));
    this.#news.onOpened?.();
  }

  compose(field: Selector, text: string): Promise<void> {
    return this.#watch.run('submit', () => this.#tools.compose(field, text), 'compose');
  }

  submit(button: Selector, field: Selector): Promise<void> {
    return this.#watch.run('submit', () => this.#tools.submit(button, field), 'send');
  }

  awaitAnswer(watch: AnswerWatch): Promise<AnswerEnd> {
    this.#news.onAsked?.();
    return this.#watch.run('await', () => this.#tools.awaitAnswer(watch));
  }

  awaitAny(selectors: readonly Selector[], waitMs: number): Promise<Selector | undefined> {
    return this.#watch.run('await', () => this.#tools.awaitAny(selectors, waitMs));
  }

  expand(selector: Selector): Promise<void> {
    return this.#watch.run('expand', () => this.#tools.expand(selector));
  }

  find(selector: Selector, waitMs?: number): Promise<Locator | undefined> {
    return this.#tools.find(selector, waitMs);
  }

  need(selector: Selector, waitMs?: number): Promise<Locator> {
    return this.#tools.need(selector, waitMs);
  }

  clear(): Promise<void> {
    return this.#tools.clear();
  }

  pause(ms: number): Promise<void> {
    return this.#tools.pause(ms);
  }

  note(name: string, value: string): void {
    this.#tools.note(name, value);
  }

  remainingMs(): number {
    return this.#tools.remainingMs();
  }
}
