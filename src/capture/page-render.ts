import { PAGE_ENDS, type PageOutcome, pageEnd } from '../contract/page-outcome.ts';
import { MAX_PAGE_BYTES, type PageRecord } from '../contract/page-record.ts';
import type { Deadline } from '../platform/deadline.ts';
import { sha256Hex } from '../platform/identifiers.ts';
import type { Log } from '../platform/log.ts';
import { isTooMany } from './element-count.ts';
import { PageGuard } from './page-guard.ts';
import { elementsOf, type Screenshot, snapshotDom, takeScreenshot } from './page-snapshot.ts';
import { isEmptyPage, wallOf } from './page-walls.ts';
import { outcomeOfError } from './playwright-errors.ts';
import type { ReadyPage } from './see-page.ts';

const GOTO_MS = 25_000;
const QUIET_MS = 6_000;
const SNAPSHOT_MS = 15_000;
const SHOT_MS = 15_000;
const PREPARE_MS = 5_000;

/**
 * Renders the record's final address into it: the DOM when the network has gone quiet (6 s at most) and a picture of the
 * whole page. What page or browser do ends up in `record.outcome`; rejects only when the deadline was aborted from outside.
 */
export async function renderPage(
  record: PageRecord,
  ready: ReadyPage,
  deadline: Deadline,
  { log, refused }: { log: Log; refused: (hostname: string) => boolean },
): Promise<Screenshot | null> {
  const { page } = ready;
  const url = record.final_url;
  if (url === null) return null;
  const guard = new PageGuard(log);
  const pageDeadline = deadline.within(deadline.remainingMs());
  let heading = url;
  page.on('request', (request) => {
    if (request.isNavigationRequest() && request.frame() === page.mainFrame()) heading = request.url();
  });
  const unwatch = guard.watch(page.context(), page, pageDeadline, ready.lossOf);
  try {
    await pageDeadline.run('page prepare', () => withoutSideDoors(page), { budgetMs: PREPARE_MS });
    await pageDeadline.run(
      'page load',
      () => page.goto(url, { waitUntil: 'domcontentloaded', timeout: GOTO_MS }),
      {
        budgetMs: GOTO_MS + 1_000,
      },
    );
    await quiet(ready, pageDeadline, log);
    const lost = strayed(page.url(), heading, refused);
    if (lost !== null) {
      record.outcome = lost;
      return null;
    }
    const shot = await readRendered(record, ready, pageDeadline, log);
    if (record.outcome.kind === 'captured') judge(record, guard);
    return shot;
  } catch (error) {
    deadline.throwIfAborted();
    const lost = strayed('chrome-error:', heading, refused);
    if (lost !== null && lost.code === 'private_address') {
      record.outcome = lost;
      return null;
    }
    log.info({ err: error }, 'the page could not be rendered');
    record.outcome = failedEnd(error, guard.loss !== null);
    return null;
  } finally {
    unwatch();
  }
}

/** Puts the page as it stands into the record: where it is, its DOM, its picture. */
async function readRendered(
  record: PageRecord,
  ready: ReadyPage,
  deadline: Deadline,
  log: Log,
): Promise<Screenshot | null> {
  noteMove(record, ready.page.url());
  const elements = await deadline.run('page count', () => elementsOf(ready.page), { budgetMs: SNAPSHOT_MS });
  if (isTooMany(elements)) {
    record.outcome = pageEnd('too_many_elements', `${elements} once its scripts had run`);
    return null;
  }
  const dom = await deadline.run('page read', () => snapshotDom(ready.page), { budgetMs: SNAPSHOT_MS });
  record.rendered_html = dom.html.slice(0, MAX_PAGE_BYTES);
  record.rendered_clipped = dom.clipped || dom.html.length > MAX_PAGE_BYTES;
  const shot = await picture(ready, deadline, log);
  if (shot !== null)
    record.screenshot = { width: shot.width, height: shot.height, sha256: sha256Hex(shot.png) };
  return shot;
}

function failedEnd(error: unknown, lost: boolean): PageOutcome {
  const { outcome, message } = outcomeOfError(error);
  const told = `while rendering: ${message}`;
  if (lost || outcome === 'browser_crashed') return pageEnd('page_lost', told);
  return pageEnd(outcome === 'timeout' ? 'timeout' : 'connection_failed', told);
}

type Ended = Exclude<PageOutcome, { kind: 'captured' }>;

/** Where a script led the page that it may not go, or cannot be: no page then. */
function strayed(shown: string, heading: string, refused: (hostname: string) => boolean): Ended | null {
  const hostname = URL.canParse(heading) ? new URL(heading).hostname : '';
  const end = (code: 'private_address' | 'connection_failed'): Ended => {
    const { kind, message } = PAGE_ENDS[code];
    return { kind, code, message: `${message} (a script of the page led to ${heading.slice(0, 200)})` };
  };
  if (refused(hostname)) return end('private_address');
  return shown.startsWith('chrome-error:') ? end('connection_failed') : null;
}

/** A script that led on is a redirect as well; the robots.txt of another site has not been read. */
function noteMove(record: PageRecord, shown: string): void {
  const from = record.final_url ?? '';
  const there = new URL(shown);
  there.hash = '';
  if (!/^https?:$/.test(there.protocol) || there.href === from) return;
  record.redirects.push({ url: from, status: record.status ?? 200, location: there.href.slice(0, 2_048) });
  if (there.origin !== new URL(from).origin) record.robots = null;
  record.final_url = there.href;
}

/** The proxy carries http and sockets; what speaks UDP past it, in any frame, is taken away before a script of the page runs. */
async function withoutSideDoors(page: ReadyPage['page']): Promise<void> {
  await page.context().addInitScript(() => {
    for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection', 'WebTransport'])
      Reflect.deleteProperty(globalThis, name);
  });
}

/** A page that never falls quiet is read as it stands. */
async function quiet({ page }: ReadyPage, deadline: Deadline, log: Log): Promise<void> {
  try {
    await deadline.run('quiet network', () => page.waitForLoadState('networkidle', { timeout: QUIET_MS }), {
      budgetMs: QUIET_MS + 500,
    });
  } catch (error) {
    deadline.throwIfAborted();
    log.debug({ err: error }, 'the page did not fall quiet');
  }
}

async function picture({ page, cdp }: ReadyPage, deadline: Deadline, log: Log): Promise<Screenshot | null> {
  try {
    return await deadline.run('screenshot', () => takeScreenshot(page, cdp), { budgetMs: SHOT_MS });
  } catch (error) {
    deadline.throwIfAborted();
    log.info({ err: error }, 'no picture of the page');
    return null;
  }
}

/** A wall may only show itself to a browser, and an empty shell may have filled. */
function judge(record: PageRecord, guard: PageGuard): void {
  const html = record.rendered_html ?? '';
  const wall = wallOf({ status: guard.main.status ?? 200, headers: guard.main.headers, html });
  if (wall !== null) record.outcome = pageEnd(wall, 'seen in the browser');
  else if (isEmptyPage(html)) record.outcome = pageEnd('empty_page');
}
