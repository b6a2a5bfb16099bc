import { sameVisitor, type Visitor } from '../capture/visitor.ts';
import type { Log } from '../platform/log.ts';
import type { OpenedPage } from './open-page.ts';

/** Most pages that wait ahead of need in one browser. */
const MOST_AHEAD = 3;

/** How pages are opened, and what becomes of those nobody took. */
export interface WarmPagesMeans {
  open(visitor: Visitor): Promise<OpenedPage>;
  discard(page: Promise<OpenedPage>): void;
  log: Log;
}

/**
 * Fresh pages opened ahead of need, all for the same visitor. One is enough while captures come one by one; where several
 * come in the same moment, as those do that started together, it keeps as many more as were missed, until it is told
 * that the rush is over.
 */
export class WarmPages {
  readonly #means: WarmPagesMeans;
  readonly #pages: Promise<OpenedPage>[] = [];
  #visitor: Visitor | undefined;
  #ahead = 1;

  constructor(means: WarmPagesMeans) {
    this.#means = means;
  }

  /** Pages that wait or are being opened. */
  get count(): number {
    return this.#pages.length;
  }

  /** Whether one waits, or is being opened, for this visitor. */
  has(visitor: Visitor): boolean {
    return this.count > 0 && this.#visitor !== undefined && sameVisitor(this.#visitor, visitor);
  }

  /** The one that waits longest, when it is for this visitor; undefined: the caller opens its own. */
  take(visitor: Visitor): Promise<OpenedPage> | undefined {
    if (this.#visitor === undefined || !sameVisitor(this.#visitor, visitor)) return undefined;
    const page = this.#pages.shift();
    if (page === undefined) this.#ahead = Math.min(MOST_AHEAD, this.#ahead + 1);
    return page;
  }

  /**
   * Opens what is missing, at most `room` pages but always one. Resolves when they are ready; a failure is the next
   * capture's to report.
   */
  async refill(visitor: Visitor, room: number): Promise<void> {
    if (this.#visitor === undefined || !sameVisitor(this.#visitor, visitor)) this.#drop(0);
    this.#visitor = visitor;
    const wanted = Math.min(this.#ahead, Math.max(1, room));
    const opening: Promise<void>[] = [];
    while (this.#pages.length < wanted) opening.push(this.#openOne(visitor));
    await Promise.all(opening);
  }

  /** The rush is over: one page ahead is enough again. */
  calm(): void {
    this.#ahead = 1;
    this.#drop(1);
  }

  /** The next capture comes to another browser: none is needed here. */
  clear(): void {
    this.#drop(0);
  }

  #drop(keep: number): void {
    for (const page of this.#pages.splice(keep)) this.#means.discard(page);
  }

  async #openOne(visitor: Visitor): Promise<void> {
    const page = this.#means.open(visitor);
    this.#pages.push(page);
    try {
      // A renderer may die while its page waits: the next capture must not get it.
      (await page).page.once('crash', () => this.#lose(page));
    } catch (error) {
      this.#means.log.debug({ err: error }, 'no page could be opened ahead');
      this.#takeOut(page);
    }
  }

  #lose(page: Promise<OpenedPage>): void {
    if (this.#takeOut(page)) this.#means.discard(page);
  }

  /** False when it waits no longer. */
  #takeOut(page: Promise<OpenedPage>): boolean {
    const index = this.#pages.indexOf(page);
    if (index >= 0) this.#pages.splice(index, 1);
    return index >= 0;
  }
}
