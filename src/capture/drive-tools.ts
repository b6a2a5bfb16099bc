import type { CDPSession, Locator, Page } from 'playwright';
import type { Exchange } from '../contract/capture-record.ts';
import { CaptureError } from '../contract/errors.ts';
import type { AnswerEnd, AnswerWatch, DriveTools, Selector, Surface, Wall } from '../contract/surface.ts';
import { awaitedLater } from '../platform/awaited-later.ts';
import type { Clock } from '../platform/clock.ts';
import type { Deadline } from '../platform/deadline.ts';
import { sampleAnswer } from './answer-sample.ts';
import { Asking } from './asking.ts';
import { awaitAnswer } from './await-answer.ts';
import type { Budgets } from './budgets.ts';
import { type ClickTarget, clickTarget } from './click-target.ts';
import { visibleHits } from './controls.ts';
import { emptyJournal, recordHit } from './drive-journal.ts';
import { firstLiveMark } from './live-marks.ts';
import type { MainResponse } from './page-guard.ts';
import { patientLook } from './patient-look.ts';
import { NAVIGATION } from './playwright-errors.ts';

export interface ToolsContext {
  page: Page;
  cdp: CDPSession;
  surface: Surface;
  deadline: Deadline;
  budgets: Budgets;
  main: MainResponse;
  transcript: () => readonly Exchange[];
  /** Resolves when the next exchange of the transcript ends. */
  nextEnd: () => Promise<void>;
  clock: Clock;
}

/** A wait for an answer leaves the drive this much for its last look at the page. */
const LAST_LOOK_MS = 1_000;

/** What is to be opened and cannot be clicked so soon stays shut. */
const EXPAND_MS = 2_000;

/** The tools a drive works with (contract: DriveTools), over one page under one deadline. */
export class PageTools implements DriveTools {
  readonly journal = emptyJournal();
  readonly #context: ToolsContext;
  readonly #asking: Asking;
  /** A look at the walls that goes on while the drive goes on; what clicks, and the drive's end, wait for its word. */
  #meanwhile: Promise<void> = Promise.resolve();

  constructor(context: ToolsContext) {
    const { budgets } = context;
    this.#context = context;
    this.#asking = new Asking({
      ...context,
      find: (selector, waitMs) => this.find(selector, waitMs),
      need: (selector, waitMs) => this.need(selector, waitMs),
      aim: (selector, waitMs) => this.#aim(selector, waitMs),
      needAim: async (selector) => (await this.#aim(selector, budgets.ready)) ?? this.#missing(selector),
      clear: () => this.clear(),
      hitOf: ({ name }) => this.journal.selectors.get(name)?.hit ?? null,
      look: (phase, step) => this.#look(phase, step),
      rpc: (phase, step) => this.#rpc(phase, step),
    });
  }

  async open(url: string): Promise<void> {
    // What goes on beside belongs to the page that is left.
    await this.caughtUp();
    const { page, deadline, budgets } = this.#context;
    await deadline.run(
      NAVIGATION,
      () =>
        page.goto(url, {
          waitUntil: 'domcontentloaded',
          timeout: Math.min(budgets.navigation, deadline.remainingMs()),
        }),
      { budgetMs: budgets.navigation + 1_000 },
    );
    this.#goOnWith(async () => {
      await this.#clear();
      this.#checkStatus();
    });
  }

  /** Resolves when nothing goes on beside the drive any more; throws what that met: a wall, a status. */
  caughtUp(): Promise<void> {
    return this.#meanwhile;
  }

  async find(selector: Selector, waitMs = 0): Promise<Locator | undefined> {
    const found = await this.awaitAny([selector], waitMs);
    const css = this.journal.selectors.get(selector.name)?.hit;
    return found && css ? this.#context.page.locator(css).filter({ visible: true }).first() : undefined;
  }

  async need(selector: Selector, waitMs = this.#context.budgets.ready): Promise<Locator> {
    const found = await this.find(selector, waitMs);
    return found ?? this.#missing(selector);
  }

  async clear(): Promise<void> {
    await this.caughtUp();
    await this.#clear();
  }

  async #clear(): Promise<void> {
    const { page, surface, main } = this.#context;
    const left = surface.interstitials.filter(
      ({ name }) => !this.journal.interstitials.some((seen) => seen.name === name),
    );
    for (;;) {
      const index = await this.#look('walls and interstitials', () =>
        firstLiveMark(page, [...surface.walls, ...left.map(({ when }) => when)], main),
      );
      throwWall(surface.walls[index]);
      const [interstitial] = index < 0 ? [] : left.splice(index - surface.walls.length, 1);
      if (interstitial === undefined) return;
      const button = await this.#aim(interstitial.dismiss, 2_000);
      if (button) await this.#asking.clickAt(button);
      this.journal.interstitials.push({ name: interstitial.name, dismissed: button !== undefined });
      if (button) await this.#gone(interstitial.dismiss);
    }
  }

  async compose(field: Selector, text: string): Promise<void> {
    await this.caughtUp();
    await this.#asking.compose(field, text);
  }

  async submit(button: Selector, field: Selector): Promise<void> {
    await this.caughtUp();
    await this.#asking.submit(button, field);
  }

  async expand(selector: Selector): Promise<void> {
    const found = await this.#aim(selector, 0);
    if (found === undefined) return;
    await this.caughtUp();
    try {
      await this.#asking.clickAt(found, EXPAND_MS);
    } catch (error) {
      // Expanding only widens the proof; a button that is covered must not cost the answer. Lost pages do.
      this.#context.deadline.throwIfAborted();
      this.note(
        `expand.${selector.name}`,
        error instanceof Error ? (error.message.split('\n')[0] ?? 'failed') : 'failed',
      );
    }
  }

  async awaitAnswer(watch: AnswerWatch): Promise<AnswerEnd> {
    await this.caughtUp();
    const { page, clock, budgets, deadline } = this.#context;
    return awaitAnswer(watch, {
      wait: deadline.within(Math.min(budgets.answer, deadline.remainingMs() - LAST_LOOK_MS)),
      pause: (ms) => deadline.pause(ms),
      ...{ clock, journal: this.journal },
      firstSignMs: Math.min(watch.firstSignMs, budgets.answer / 2),
      look: (span) => this.#look('answer', () => sampleAnswer(page, watch, span)),
      checkWalls: () => this.#checkWalls(),
      meanwhile: (step) => this.#goOnWith(step),
      nextEnd: () => this.#context.nextEnd(),
      transcriptEnded: () => watch.transcriptEnded?.([...this.#context.transcript()]) ?? false,
    });
  }

  async awaitAny(selectors: readonly Selector[], waitMs: number): Promise<Selector | undefined> {
    const { page } = this.#context;
    const lists = selectors.map(({ any }) => [...any]);
    const found = await this.#until(waitMs, async () => {
      const [hits] = await Promise.all([this.#look('find', () => visibleHits(page, lists)), this.caughtUp()]);
      const index = hits.findIndex((hit) => hit !== null);
      const selector = selectors[index];
      return selector && { selector, hit: hits[index] ?? null };
    });
    if (found === undefined) for (const selector of selectors) recordHit(this.journal, selector, null);
    else recordHit(this.journal, found.selector, found.hit);
    return found?.selector;
  }

  async pause(ms: number): Promise<void> {
    await Promise.all([this.#context.deadline.pause(Math.min(ms, this.remainingMs())), this.caughtUp()]);
  }

  note(name: string, value: string): void {
    this.journal.facts[name] = value;
  }

  remainingMs(): number {
    return this.#context.deadline.remainingMs();
  }

  /** The first visible match, about to be clicked; undefined where none shows in time. */
  async #aim(selector: Selector, waitMs: number): Promise<ClickTarget | undefined> {
    const look = (): Promise<ClickTarget | null> =>
      this.#look('find', () => clickTarget(this.#context.page, selector.any));
    const target = await this.#until(waitMs, async () => (await look()) ?? undefined);
    recordHit(this.journal, selector, target?.css ?? null);
    return target;
  }

  /** Looks again and again until something is found or the time is over. */
  async #until<T>(waitMs: number, look: () => Promise<T | undefined>): Promise<T | undefined> {
    const { clock, deadline } = this.#context;
    const until = clock.monotonic() + Math.min(waitMs, this.remainingMs());
    for (;;) {
      const found = await look();
      if (found !== undefined || clock.monotonic() >= until) return found;
      await deadline.pause(50);
    }
  }

  /** Does it beside the drive; `caughtUp` tells how it ended. */
  #goOnWith(step: () => Promise<void>): void {
    this.#meanwhile = awaitedLater(step());
  }

  /** What a page is that does not show what a drive needs. */
  async #missing(selector: Selector): Promise<never> {
    await this.#checkWalls();
    throw new CaptureError(
      'surface_error',
      `the page shows no ${selector.name}; its structure may have changed`,
    );
  }

  async #checkWalls(): Promise<void> {
    const { page, surface, main } = this.#context;
    const index = await this.#look('walls', () => firstLiveMark(page, surface.walls, main));
    throwWall(surface.walls[index]);
  }

  /** A status that no wall of the surface explained. */
  #checkStatus(): void {
    const { status } = this.#context.main;
    if (status === null || status < 400) return;
    const mark = `http_${status}`;
    if (status === 429) throw new CaptureError('throttled', undefined, { mark });
    throw new CaptureError('surface_error', `the surface answered HTTP ${status}`, { mark });
  }

  async #gone(selector: Selector): Promise<void> {
    const { clock } = this.#context;
    const until = clock.monotonic() + 2_000;
    while (clock.monotonic() < until) {
      const hits = await this.#look('find', () => visibleHits(this.#context.page, [[...selector.any]]));
      if (hits[0] === null) return;
      await this.#context.deadline.pause(50);
    }
  }

  #look<T>(phase: string, step: () => Promise<T>): Promise<T> {
    const { page } = this.#context;
    return patientLook(
      () => this.#rpc(phase, step),
      () => this.#rpc('next page', () => page.waitForLoadState('domcontentloaded')),
    );
  }

  #rpc<T>(phase: string, step: () => Promise<T>): Promise<T> {
    return this.#context.deadline.run(phase, step, { budgetMs: this.#context.budgets.rpc });
  }
}

function throwWall(wall: Wall | undefined): void {
  if (wall) throw new CaptureError(wall.outcome, undefined, { mark: wall.name });
}
