import type { BrowserContext, Page } from 'playwright';
import type { PageLoss } from '../capture/page-loss.ts';
import type { ReadyPage } from '../capture/see-page.ts';
import { TranscriptRecorder } from '../capture/transcript-recorder.ts';
import { type Deadline, DeadlineError } from '../platform/deadline.ts';
import { ContextRefusal } from './context-refusal.ts';
import { targetOf } from './crash-news.ts';
import type { LaunchedBrowser } from './launch-browser.ts';
import { contextOptions, isPlain, type PageOrder } from './page-order.ts';

/** A page with its context, opened and not yet used. */
export interface OpenedPage {
  context: BrowserContext;
  page: Page;
  ready: ReadyPage;
}

/** Where a page is opened. */
export interface OpenPageMeans {
  launched: LaunchedBrowser;
  /** Certificates are the stage's own. */
  onStage: boolean;
  /** Counts a context that was opened. */
  onOpened: () => void;
  /** Closes a context that nobody will use. */
  close: (context: BrowserContext) => Promise<void>;
  /** Why the page of this name, or the browser, went away. */
  lossOf: (what: 'page' | 'browser', target: string) => Promise<PageLoss>;
}

/**
 * Opens a page in a context of its own, watched and ready to be driven. Throws CONTEXT_REFUSED where the order is at fault
 * and not the browser, as with a proxy that it does not take.
 */
export async function openPage(
  order: PageOrder,
  means: OpenPageMeans,
  deadline: Deadline,
): Promise<OpenedPage> {
  const context = await openContext(order, means, deadline);
  try {
    const page = await deadline.run('page', () => context.newPage());
    const cdp = await deadline.run('protocol session', () => context.newCDPSession(page));
    const [recorder, target] = await deadline.run('recorder', () =>
      Promise.all([TranscriptRecorder.attach(cdp), targetOf(cdp)]),
    );
    const { info: browser } = means.launched;
    return {
      ...{ context, page },
      ready: { page, cdp, recorder, browser, lossOf: (what) => means.lossOf(what, target) },
    };
  } catch (error) {
    void means.close(context);
    throw error;
  }
}

async function openContext(
  order: PageOrder,
  { launched: { browser }, onStage, onOpened, close }: OpenPageMeans,
  deadline: Deadline,
): Promise<BrowserContext> {
  const open = async (wanted: PageOrder): Promise<BrowserContext> => {
    const asked = (): Promise<BrowserContext> => browser.newContext(contextOptions(wanted, onStage));
    const context = await deadline.run('context', asked, { onLate: close });
    onOpened();
    return context;
  };
  try {
    return await open(order);
  } catch (error) {
    if (isPlain(order) || error instanceof DeadlineError) throw error;
    // One that opens a plain context is well: then it is the egress, or the profile, that it refuses.
    void close(await open({ visitor: order.visitor, headers: {} }));
    throw new ContextRefusal(order, error);
  }
}
