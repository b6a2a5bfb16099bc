import type { Locator } from 'playwright';
import { CaptureError } from '../contract/errors.ts';
import type { Selector } from '../contract/surface.ts';
import { type ClickTarget, clickPoint } from './click-target.ts';
import { type ControlState, controlState, stateOfControl } from './controls.ts';
import type { ToolsContext } from './drive-tools.ts';

/** What asking needs of the drive's tools. */
export interface AskingMeans extends ToolsContext {
  find(selector: Selector, waitMs?: number): Promise<Locator | undefined>;
  need(selector: Selector, waitMs?: number): Promise<Locator>;
  /** What `find` finds, about to be clicked: one look for both. */
  aim(selector: Selector, waitMs: number): Promise<ClickTarget | undefined>;
  /** The same; throws as `need` does where nothing shows. */
  needAim(selector: Selector): Promise<ClickTarget>;
  clear(): Promise<void>;
  /** The alternative of a selector that hit last; null when none did. */
  hitOf(selector: Selector): string | null;
  /** A look into the page, taken again where the page moves on meanwhile. */
  look<T>(phase: string, step: () => Promise<T>): Promise<T>;
  /** One call to the browser. */
  rpc<T>(phase: string, step: () => Promise<T>): Promise<T>;
}

/** Dialogs and popups of a page take the focus between click and text; so often the field is clicked again. */
const FOCUS_TRIES = 4;
const FOCUS_PAUSE_MS = 150;
/** A page that is still waking up loses what is sent; a reader sees the query still in its field and sends again, after so long. */
const SEND_AGAIN_MS = [250, 1_250];
const TAKEN_POLL_MS = 50;

/** Writes a query into its field and sends it, and looks that both happened. */
export class Asking {
  readonly #means: AskingMeans;
  /** The query as it stands in its field, without white space. */
  #composed = '';

  constructor(means: AskingMeans) {
    this.#means = means;
  }

  /** Puts the text into the field. CaptureError surface_error when it does not stand there as typed. */
  async compose(field: Selector, text: string): Promise<void> {
    const { page, aim, needAim, rpc, deadline } = this.#means;
    let target = await needAim(field);
    let written = '';
    for (let tries = 0; tries < FOCUS_TRIES && written === ''; tries++) {
      if (tries > 0) {
        await deadline.pause(FOCUS_PAUSE_MS * (tries - 1));
        target = (await aim(field, 0)) ?? target;
      }
      await this.clickAt(target);
      const { isInput, text: held } = target.state;
      if (isInput && held !== '') await rpc('fill', () => this.#locator(target.css).fill(text));
      else await rpc('insert text', () => page.keyboard.insertText(text));
      written = squeeze((await this.#state(target.css)).text);
    }
    if (written !== squeeze(text))
      throw new CaptureError('surface_error', `the ${field.name} did not take the query as typed`);
    this.#composed = written;
  }

  /** Sends what stands in the field: by the button when it is enabled, else by Enter; again where it was not taken. */
  async submit(button: Selector, field: Selector): Promise<void> {
    const { aim, find, clear, transcript } = this.#means;
    const before = transcript().length;
    const target = await aim(button, 2_000);
    if (target?.state.enabled) await this.clickAt(target);
    else await this.#pressEnter(field);
    for (const waitMs of SEND_AGAIN_MS) {
      if (await this.#taken(field, before, waitMs)) return;
      await clear();
      // By Enter: in an empty field it does nothing, where a stop button may by now be in the other's place.
      if ((await find(field)) !== undefined) await this.#pressEnter(field);
    }
  }

  /** Clicks what was just aimed at; where it is covered, moving or not ready, waits until it can be clicked, `waitMs` at most. */
  async clickAt({ css, point }: ClickTarget, waitMs = this.#means.budgets.rpc): Promise<void> {
    const { cdp, rpc } = this.#means;
    if (point === null) await rpc('click', () => this.#locator(css).click({ timeout: waitMs }));
    else await rpc('click', () => clickPoint(cdp, point));
  }

  #locator(css: string): Locator {
    return this.#means.page.locator(css).filter({ visible: true }).first();
  }

  /** A field that was just found: one look, and only where it is gone meanwhile a wait for it. */
  async #state(css: string): Promise<ControlState> {
    const { page, look, rpc } = this.#means;
    const seen = await look('control', () => controlState(page, css));
    return seen ?? (await rpc('control', () => this.#locator(css).evaluate(stateOfControl)));
  }

  async #pressEnter(field: Selector): Promise<void> {
    const { need, rpc } = this.#means;
    const locator = await need(field, 1_000);
    await rpc('press Enter', () => locator.press('Enter'));
  }

  /** Whether the page took what was sent: its field no longer holds the query, or an exchange began. */
  async #taken(field: Selector, exchangesBefore: number, waitMs: number): Promise<boolean> {
    const { page, clock, deadline, transcript, hitOf, look } = this.#means;
    const css = hitOf(field);
    if (css === null) return true;
    const until = clock.monotonic() + waitMs;
    for (;;) {
      const seen = await look('sent', () => controlState(page, css));
      const held = seen !== null && squeeze(seen.text) === this.#composed;
      if (!held || transcript().length > exchangesBefore) return true;
      if (clock.monotonic() >= until) return false;
      await deadline.pause(TAKEN_POLL_MS);
    }
  }
}

/** Rich editors fold and pad white space in their own ways; what must be the same is everything else. */
function squeeze(text: string): string {
  return text.replace(/[\s\u200b\ufeff]+/g, '');
}
