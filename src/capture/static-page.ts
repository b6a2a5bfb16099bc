import { pageEnd } from '../contract/page-outcome.ts';
import { MAX_PAGE_BYTES, PAGE_HEADERS, type PageRecord, type SiteFile } from '../contract/page-record.ts';
import { readBounded } from './bounded-body.ts';
import { disguised } from './disguised.ts';
import { ElementCount } from './element-count.ts';
import { decodePage } from './page-charset.ts';
import { type FetchMeans, getOnce, PageEnd, type PageResponse, pageEndOf } from './page-request.ts';
import { mayFetch, siteFile, sitemapLastmod } from './page-robots.ts';
import { wallOf } from './page-walls.ts';

const MAX_REDIRECTS = 10;
/** Beyond this a page is refused; between 10 MB and this it is cut. */
const MOST_BYTES = 25 * 1024 * 1024;
const ACCEPT = 'text/html, application/xhtml+xml;q=0.9, */*;q=0.1';

/** An empty record of an address that is about to be fetched. */
export function newPageRecord(url: string, mode: PageRecord['mode'], capturedAt: string): PageRecord {
  return {
    record_version: 1,
    origin: 'live',
    mode,
    asked_url: url,
    final_url: null,
    outcome: { kind: 'captured' },
    redirects: [],
    status: null,
    headers: {},
    charset: null,
    static_html: null,
    static_bytes: 0,
    static_clipped: false,
    undecodable: 0,
    rendered_html: null,
    rendered_clipped: false,
    screenshot: null,
    robots: null,
    llms_txt: null,
    sitemap_lastmod: null,
    captured_at: capturedAt,
  };
}

/**
 * Fetches what a crawler without JavaScript sees, into `record`: robots.txt of every site on the way is honoured, every hop
 * goes through the guard, the body is read piece by piece. What the site does ends up in `record.outcome`; rejects only
 * when the deadline was aborted or the fault is ours.
 */
export async function fetchStatic(record: PageRecord, means: FetchMeans): Promise<void> {
  try {
    await follow(record, means);
    const wall = wallOf({
      status: record.status ?? 0,
      headers: record.headers,
      html: record.static_html ?? '',
    });
    if (wall !== null)
      throw new PageEnd(
        wall,
        wall === 'server_error' || wall === 'http_error' ? `HTTP ${record.status}` : undefined,
      );
    // Only now: a challenge or an error page is told as such, however it is written.
    if (record.undecodable > 0 && record.charset === 'utf-8')
      throw new PageEnd('invalid_text', `in ${record.undecodable} places`);
    await readBeside(record, means);
  } catch (error) {
    if (!(error instanceof PageEnd)) throw error;
    record.outcome = pageEnd(error.code, error.detail);
  }
}

async function follow(record: PageRecord, means: FetchMeans): Promise<void> {
  let url = checked(record.asked_url ?? '', means);
  const visited = new Set<string>();
  const robotsOf = new Map<string, SiteFile>();
  for (;;) {
    if (visited.has(url.href)) throw new PageEnd('redirect_loop', url.href.slice(0, 200));
    if (visited.size > MAX_REDIRECTS) throw new PageEnd('too_many_redirects');
    visited.add(url.href);
    record.final_url = url.href;
    record.robots = await robotsFor(url, means, robotsOf);
    if (!mayFetch(url.href, record.robots))
      throw new PageEnd('robots_disallowed', robotsFault(record.robots));
    const next = await getOnce(url.href, means, ACCEPT, (response) => readAnswer(record, response));
    if (next === null) return;
    if (!URL.canParse(next, url.href)) throw new PageEnd('url_invalid', `redirect to ${next.slice(0, 200)}`);
    const target = new URL(next, url.href);
    target.hash = '';
    record.redirects.push({
      url: url.href,
      status: record.status ?? 0,
      location: target.href.slice(0, 2_048),
    });
    url = checked(target.href, means);
  }
}

function checked(url: string, { guard }: FetchMeans): URL {
  try {
    const found = guard.checkText(url);
    found.hash = '';
    return found;
  } catch (error) {
    throw pageEndOf(error);
  }
}

async function robotsFor(url: URL, means: FetchMeans, known: Map<string, SiteFile>): Promise<SiteFile> {
  const robots = known.get(url.origin) ?? (await siteFile(new URL('/robots.txt', url).href, means));
  known.set(url.origin, robots);
  return robots;
}

function robotsFault({ text, status }: SiteFile): string | undefined {
  if (text !== null) return undefined;
  return status === null ? 'robots.txt could not be read' : `robots.txt answered ${status}`;
}

/** Takes an answer into the record; the address it redirects to, or null when this is the page. */
async function readAnswer(
  record: PageRecord,
  { status, headers, body }: PageResponse,
): Promise<string | null> {
  record.status = status;
  record.headers = Object.fromEntries(
    PAGE_HEADERS.flatMap((name) => {
      const value = headers[name];
      return value === undefined ? [] : [[name, value.slice(0, 2_000)]];
    }),
  );
  const { location } = headers;
  if (status >= 300 && status < 400 && status !== 304 && location !== undefined) {
    body.destroy();
    return location.slice(0, 4_096);
  }
  const type = headers['content-type'];
  if (status === 200 && type !== undefined && !/^\s*(?:text\/html|application\/xhtml\+xml)\b/i.test(type)) {
    body.destroy();
    throw new PageEnd('not_html', type.slice(0, 100));
  }
  if (Number(headers['content-length'] ?? 0) > MOST_BYTES) {
    body.destroy();
    throw new PageEnd('too_large', `${headers['content-length']} bytes announced`);
  }
  const read = await readBounded(body, headers['content-encoding'], {
    keep: MAX_PAGE_BYTES,
    most: MOST_BYTES,
    ...(status === 200 ? { seen: refuseTooMany() } : {}),
  });
  const disguise = disguised(read.bytes);
  if (disguise !== null) throw new PageEnd('not_html', disguise);
  const { text, charset, undecodable } = decodePage(read.bytes, type, read.clipped);
  record.charset = charset;
  record.static_html = text;
  record.static_bytes = read.received;
  record.static_clipped = read.clipped;
  record.undecodable = undecodable;
  return null;
}

/** Ends the reading of a page of far too many elements where they are seen to be. */
function refuseTooMany(): (piece: Buffer) => void {
  const elements = new ElementCount();
  return (piece) => {
    if (elements.add(piece)) throw new PageEnd('too_many_elements');
  };
}

/** llms.txt and the sitemap's word on the page: worth having, not worth failing for. */
async function readBeside(record: PageRecord, means: FetchMeans): Promise<void> {
  const url = record.final_url;
  const { robots } = record;
  if (url === null || robots === null) return;
  record.sitemap_lastmod = await besides(() => sitemapLastmod(url, robots, means), null);
  const llms = new URL('/llms.txt', url).href;
  if (mayFetch(llms, robots)) record.llms_txt = await besides(() => siteFile(llms, means), null);
}

async function besides<T>(read: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof PageEnd) return otherwise;
    throw error;
  }
}
