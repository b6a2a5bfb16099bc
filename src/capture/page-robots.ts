import robotsModule from 'robots-parser';
import type { SiteFile } from '../contract/page-record.ts';
import { readBounded } from './bounded-body.ts';
import { AGENT, type FetchMeans, getOnce, PageEnd, type PageResponse } from './page-request.ts';

interface ParsedRobots {
  isAllowed(url: string, agent: string): boolean | undefined;
  getSitemaps(): string[];
}

/** The package is CommonJS whose whole export is the function; its types speak of a default export (3.0.1). */
const robotsParser = robotsModule as unknown as (url: string, text: string) => ParsedRobots;

/** RFC 9309 2.5: at least 500 kibibytes are to be read. */
const ROBOTS_BYTES = 500 * 1024;
/** RFC 9309 2.3.1.2: at least five redirects are to be followed. */
const REDIRECTS = 5;
const SITEMAP_BYTES = 2 * 1024 * 1024;
const MOST_BYTES = 25 * 1024 * 1024;
const FILE_MS = 10_000;
/** With less than this left the capture as a whole is out of time, not this file alone. */
const OVER_MS = 50;

/**
 * A text file of a site: redirects followed under the guard, at most 500 kB kept, 10 s. `text` is null where there is none;
 * `status` is null where the site did not answer in time or led astray. Throws PageEnd when the host itself cannot be
 * reached: nothing else on it can be either.
 */
export async function siteFile(url: string, means: FetchMeans, keep = ROBOTS_BYTES): Promise<SiteFile> {
  const within: FetchMeans = { ...means, deadline: means.deadline.within(FILE_MS) };
  let at = url;
  for (let hop = 0; hop <= REDIRECTS; hop++) {
    let answer: FileAnswer;
    try {
      answer = await getOnce(at, within, 'text/plain, */*;q=0.5', (response) => readFile(response, keep));
    } catch (error) {
      if (!(error instanceof PageEnd) || means.deadline.remainingMs() < OVER_MS) throw error;
      if (hop === 0 && error.code !== 'timeout' && error.code !== 'too_large') throw error;
      break;
    }
    if (answer.location === undefined) return { url, status: answer.status, text: answer.text };
    if (!URL.canParse(answer.location, at)) break;
    at = new URL(answer.location, at).href;
  }
  return { url, status: null, text: null };
}

interface FileAnswer {
  status: number;
  text: string | null;
  location?: string;
}

async function readFile({ status, headers, body }: PageResponse, keep: number): Promise<FileAnswer> {
  if (status >= 300 && status < 400 && headers.location !== undefined) {
    body.destroy();
    return { status, text: null, location: headers.location };
  }
  // A site that answers everything with its home page has no such file.
  const page = /text\/html/i.test(headers['content-type'] ?? '');
  if (status !== 200 || page) {
    body.destroy();
    return { status: status === 200 ? 404 : status, text: null };
  }
  const { bytes } = await readBounded(body, headers['content-encoding'], { keep, most: MOST_BYTES });
  return { status, text: bytes.toString('utf8') };
}

/** Whether our own agent may fetch an address. A site whose robots.txt fails forbids everything (RFC 9309 2.3.1.4). */
export function mayFetch(url: string, robots: SiteFile): boolean {
  if (robots.text === null) return robots.status !== null && robots.status < 500 && robots.status !== 429;
  const { origin, pathname, search } = new URL(url);
  const asked = `${origin}${pathname}${search}`.slice(0, 2_048);
  return robotsParser(`${origin}/robots.txt`, robots.text).isAllowed(asked, AGENT) ?? true;
}

/** `lastmod` of the address in the first sitemap that robots.txt names; null when it is not said. One request. */
export async function sitemapLastmod(
  url: string,
  robots: SiteFile,
  means: FetchMeans,
): Promise<string | null> {
  if (robots.text === null) return null;
  const named = robotsParser(new URL('/robots.txt', url).href, robots.text).getSitemaps()[0];
  if (named === undefined || !URL.canParse(named, url)) return null;
  const { text } = await siteFile(new URL(named, url).href, means, SITEMAP_BYTES);
  if (text === null) return null;
  const here = text.indexOf(`<loc>${url.replaceAll('&', '&amp;')}</loc>`);
  if (here < 0) return null;
  const end = text.indexOf('</url>', here);
  const entry = text.slice(text.lastIndexOf('<url>', here), end < 0 ? here + 500 : end);
  return /<lastmod>\s*([\dT:.+Z-]{10,35})\s*<\/lastmod>/.exec(entry)?.[1] ?? null;
}
