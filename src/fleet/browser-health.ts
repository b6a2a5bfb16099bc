import type { Browser, CDPSession } from 'playwright';
import { lossOfCrash } from '../capture/page-loss.ts';
import type { Clock } from '../platform/clock.ts';
import { Deadline, DeadlineError } from '../platform/deadline.ts';
import type { Log } from '../platform/log.ts';
import { killExactly } from '../platform/process-table.ts';
import { longestWait, runDelaysOf } from '../platform/run-delay.ts';
import { askProcesses, type BrowserMemory, BrowserProcesses } from './browser-processes.ts';
import { CrashNews } from './crash-news.ts';
import { isUnresponsive, type PingEnd, unansweredAfter } from './ping-patience.ts';

/** A browser that leaves two pings of this long unanswered, one right after the other, does not react: found within 6 s. */
const PING_MS = 2_200;
/** An answer that takes longer makes one look at what the browser waits for. */
const PROMPT_MS = 400;
/** A process that was itself held up reads what came meanwhile first. */
const READ_MS = 50;
const BUSY_BEAT_MS = 1_000;
const IDLE_BEAT_MS = 5_000;
/** After a ping without an answer the next one follows. */
const DOUBT_BEAT_MS = 250;
const ATTACH_MS = 5_000;

const MISSED: PingEnd = { answered: false, waitedMs: PING_MS, starvedMs: 0 };

export interface HealthOptions {
  browser: Browser;
  pid: number;
  clock: Clock;
  log: Log;
  /** A renderer beyond this is ended, bytes. */
  rendererBytes: number;
  /** Pages in use at this moment. */
  pages: () => number;
  onMemory: (memory: BrowserMemory, pages: number) => void;
  onUnresponsive: () => void;
}

/**
 * Watches one browser: whether it still reacts, what its processes use, why a page of it went away. Stops by itself
 * when the browser is gone.
 */
export class BrowserHealth {
  readonly #options: HealthOptions;
  readonly #processes = new BrowserProcesses();
  #session: CDPSession | undefined;
  #timer: NodeJS.Timeout | undefined;
  #beating = false;
  #stopped = false;
  #unansweredMs = 0;
  #largestRenderer = 0;
  #endedForMemoryAt = Number.NEGATIVE_INFINITY;
  readonly #crashes: CrashNews;

  constructor(options: HealthOptions) {
    this.#options = options;
    this.#crashes = new CrashNews(options.clock);
  }

  async start(): Promise<void> {
    const { browser, clock } = this.#options;
    const deadline = Deadline.after(ATTACH_MS, clock);
    const session = await deadline.run('browser session', () => browser.newBrowserCDPSession());
    session.on('Target.targetCrashed', (event) => this.#crashes.tell(event));
    await deadline.run('crash news', () => session.send('Target.setDiscoverTargets', { discover: true }));
    this.#processes.learn(await deadline.run('browser processes', () => askProcesses(session)));
    this.#session = session;
    this.#schedule();
  }

  /** A capture begins: from now on the browser is looked at often. */
  wake(): void {
    if (this.#beating || this.#session === undefined) return;
    clearTimeout(this.#timer);
    this.#schedule();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** Why this page, which crashed just now, did. */
  async lossOfPage(target: string): Promise<'page_crashed' | 'out_of_memory'> {
    const crash = await this.#crashes.of(target);
    return lossOfCrash({
      status: crash?.status ?? null,
      errorCode: crash?.errorCode ?? null,
      endedForMemory: this.#options.clock.monotonic() - this.#endedForMemoryAt < BUSY_BEAT_MS,
      largestRenderer: this.#largestRenderer,
    });
  }

  #schedule(): void {
    if (this.#stopped) return;
    const calmMs = this.#options.pages() > 0 ? BUSY_BEAT_MS : IDLE_BEAT_MS;
    const ms = this.#unansweredMs > 0 ? DOUBT_BEAT_MS : calmMs;
    this.#timer = setTimeout(() => {
      this.#beating = true;
      void this.#beat().finally(() => {
        this.#beating = false;
        this.#schedule();
      });
    }, ms);
    this.#timer.unref();
  }

  async #beat(): Promise<void> {
    const { log } = this.#options;
    try {
      this.#lookAtMemory();
      const end = await this.#ping();
      this.#unansweredMs = unansweredAfter(this.#unansweredMs, end);
      if (!end.answered)
        log.debug({ ...end, unansweredMs: this.#unansweredMs }, 'the browser did not answer');
    } catch (error) {
      if (this.#stopped) return;
      this.#unansweredMs = unansweredAfter(this.#unansweredMs, MISSED);
      log.debug({ err: error }, 'the browser could not be asked');
    }
    if (!this.#stopped && isUnresponsive(this.#unansweredMs)) this.#options.onUnresponsive();
  }

  /** Asks for a sign of life. A browser that is given no processor by a busy machine is not to blame for that. */
  async #ping(): Promise<PingEnd> {
    const { clock, pid } = this.#options;
    const sent = this.#learnProcesses();
    const within = async (ms: number): Promise<boolean> => {
      try {
        await Deadline.after(ms, clock).run('browser ping', async () => sent);
        return true;
      } catch (error) {
        if (error instanceof DeadlineError) return false;
        throw error;
      }
    };
    if (await within(PROMPT_MS)) return { answered: true, waitedMs: PROMPT_MS, starvedMs: 0 };
    const before = runDelaysOf(pid);
    const answered = (await within(PING_MS - PROMPT_MS)) || (await within(READ_MS));
    return { answered, waitedMs: PING_MS, starvedMs: longestWait(before, runDelaysOf(pid)) };
  }

  /** The sign of life is of use: it names the processes whose memory is looked at. A new one is looked at at once. */
  async #learnProcesses(): Promise<void> {
    const session = this.#session;
    if (session !== undefined && this.#processes.learn(await askProcesses(session))) this.#lookAtMemory();
  }

  #lookAtMemory(): void {
    const { rendererBytes, pages, onMemory, log, clock } = this.#options;
    const memory = this.#processes.memory();
    this.#largestRenderer = Math.max(0, ...memory.renderers.map(({ bytes }) => bytes));
    onMemory(memory, pages());
    for (const { process, bytes } of memory.renderers) {
      if (bytes <= rendererBytes) continue;
      this.#processes.forget(process);
      if (!killExactly(process)) continue;
      this.#endedForMemoryAt = clock.monotonic();
      log.warn({ pid: process.pid, bytes }, 'a page used too much memory; its renderer was ended');
    }
  }
}
