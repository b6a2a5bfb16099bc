import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PageEndCode } from '../../../src/contract/page-outcome.ts';
import { MAX_PAGE_BYTES, pageRecordSchema } from '../../../src/contract/page-record.ts';
import { PageCapturer } from '../../../src/fleet/page-capturer.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { createLog } from '../../../src/platform/log.ts';
import { scorePage } from '../../../src/score/score-page.ts';
import { openPageSite, type PageSite } from './page-world.ts';

let site: PageSite;
const log = createLog('silent', 'page-test');

function capturer(part: { deadlineMs?: number; hostIntervalMs?: number } = {}): PageCapturer {
  const pool = () => Promise.reject(new Error('no browser in this test'));
  return new PageCapturer({ guard: site.guard, pool, clock: systemClock, log, hostIntervalMs: 0, ...part });
}

beforeAll(async () => {
  site = await openPageSite();
});
afterAll(async () => {
  await site.close();
});

describe('a page that can be had', () => {
  it('given a redirect, then the record tells the way, keeps the headers a score reads and no others', async () => {
    const { record } = await capturer().capture(site.url('/moved'), 'ssr');
    expect(pageRecordSchema.parse(record)).toEqual(record);
    expect(record).toMatchObject({
      outcome: { kind: 'captured' },
      status: 200,
      final_url: site.url('/article'),
    });
    expect(record.redirects).toEqual([
      { url: site.url('/moved'), status: 301, location: site.url('/article') },
    ]);
    expect(record.headers).toMatchObject({ 'x-robots-tag': 'all' });
    expect(JSON.stringify(record)).not.toContain('secret');
    expect(record.robots).toMatchObject({ status: 200 });
    expect(record.llms_txt).toMatchObject({ status: 404, text: null });
    const score = scorePage(record, { now: Date.parse(record.captured_at), depth: 'score' });
    expect(score.outcome).toBe('captured');
    expect(score.page.title).toBe('Tea kettles compared');
  });

  it('given gzip, another charset, bytes that are no text, then it is read all the same', async () => {
    const zipped = await capturer().capture(site.url('/zipped'), 'ssr');
    expect(zipped.record.static_html).toContain('Tea kettles');
    const latin = await capturer().capture(site.url('/latin'), 'ssr');
    expect(latin.record).toMatchObject({ charset: 'windows-1252', undecodable: 0 });
    expect(latin.record.static_html).toContain('café');
    const broken = await capturer().capture(site.url('/broken-shift-jis'), 'ssr');
    expect(broken.record.undecodable).toBeGreaterThan(0);
    const score = scorePage(broken.record, { now: 0, depth: 'score' });
    expect(score.warnings.join()).toContain('undecodable');
  });

  it('given the sign for what could not be read, written by the page itself, then it is text like any other', async () => {
    const { record } = await capturer().capture(site.url('/replacement'), 'ssr');
    expect(record).toMatchObject({ outcome: { kind: 'captured' }, undecodable: 0 });
  });

  it('given 45,000 tags that never end, then its walls are looked for without stopping everything', async () => {
    const { record } = await capturer().capture(site.url('/inputs'), 'ssr');
    expect(record.outcome).toEqual({ kind: 'captured' });
  });

  it('given more than 10 MB, then the first 10 MB are kept and the record says so', async () => {
    const { record } = await capturer().capture(site.url('/large'), 'ssr');
    expect(record.static_clipped).toBe(true);
    expect(record.static_html?.length).toBe(MAX_PAGE_BYTES);
    expect(record.static_bytes).toBeGreaterThan(MAX_PAGE_BYTES);
  });
});

describe('a page that cannot be had', () => {
  it.each<[string, PageEndCode, 'blocked' | 'failed']>([
    ['/to-private', 'private_address', 'failed'],
    ['/to-private-name', 'private_address', 'failed'],
    ['/to-metadata', 'private_address', 'failed'],
    ['/to-file', 'url_invalid', 'failed'],
    ['/loop', 'redirect_loop', 'failed'],
    ['/pdf', 'not_html', 'failed'],
    ['/image', 'not_html', 'failed'],
    ['/disguised', 'not_html', 'failed'],
    ['/announced', 'too_large', 'failed'],
    ['/bomb', 'too_large', 'failed'],
    ['/login', 'login_page', 'failed'],
    ['/empty', 'empty_page', 'failed'],
    ['/nodes', 'too_many_elements', 'failed'],
    ['/broken-text', 'invalid_text', 'failed'],
    ['/404', 'not_found', 'failed'],
    ['/500', 'server_error', 'failed'],
    ['/closed', 'connection_failed', 'failed'],
    ['/challenge', 'challenge', 'blocked'],
    ['/challenge-header', 'challenge', 'blocked'],
    ['/401', 'unauthorized', 'blocked'],
    ['/403', 'forbidden', 'blocked'],
    ['/429', 'throttled', 'blocked'],
    ['/private/page', 'robots_disallowed', 'blocked'],
  ])('%s ends as %s, and the score says the same without a number', async (path, code, kind) => {
    const { record } = await capturer().capture(site.url(path), 'ssr');
    expect(record.outcome).toMatchObject({ kind, code });
    expect(pageRecordSchema.safeParse(record).success).toBe(true);
    const score = scorePage(record, { now: 0, depth: 'score' });
    expect(score).toMatchObject({ outcome: kind, overall_score: null, issue: { code } });
  });

  it.each(['/slow', '/drip'])('%s ends as timeout when its time is up', async (path) => {
    const { record } = await capturer({ deadlineMs: 1_500 }).capture(site.url(path), 'ssr');
    expect(record.outcome).toMatchObject({ kind: 'failed', code: 'timeout' });
  });

  it('given 200 MB, then it is let go of after 25 MB', async () => {
    const { record } = await capturer().capture(site.url('/huge'), 'ssr');
    expect(record.outcome).toMatchObject({ code: 'too_large' });
    expect(record.static_html).toBeNull();
    expect(site.sent()).toBeLessThan(100 * 1024 * 1024);
  });

  it.each([
    ['file:///etc/passwd', 'url_invalid'],
    ['javascript:alert(1)', 'url_invalid'],
    ['http://user:pass@example.com/', 'url_invalid'],
    ['not an address', 'url_invalid'],
    ['http://127.0.0.1/', 'private_address'],
    ['http://2130706433/', 'private_address'],
    ['http://[::1]:8080/', 'port_refused'],
    ['http://localhost/', 'private_address'],
    ['http://example.com:25/', 'port_refused'],
  ])('%s is refused without a request: %s', async (url, code) => {
    const { record } = await capturer().capture(url, 'ssr');
    expect(record.outcome).toMatchObject({ kind: 'failed', code });
  });

  it('given a robots.txt that forbids our agent, then nothing else is fetched from the site', async () => {
    const strict = await openPageSite('User-agent: CaptureFleet\nDisallow: /\n\nUser-agent: *\nAllow: /');
    try {
      const { record: refused } = await new PageCapturer({
        ...{ guard: strict.guard, clock: systemClock, log, hostIntervalMs: 0 },
        pool: () => Promise.reject(new Error('no browser')),
      }).capture(strict.url('/article'), 'ssr');
      expect(refused.outcome).toMatchObject({ code: 'robots_disallowed' });
      expect(strict.asked).toEqual(['/robots.txt']);
    } finally {
      await strict.close();
    }
  });

  it('given a signal, then the capture is called off', async () => {
    const end = new AbortController();
    const running = capturer().capture(site.url('/slow'), 'ssr', end.signal);
    setTimeout(() => end.abort(), 100);
    await expect(running).rejects.toThrow('called off');
  });
});

describe('politeness', () => {
  it('given two requests to one host, then they start at least the pause apart', async () => {
    const before = systemClock.monotonic();
    await capturer({ hostIntervalMs: 150 }).capture(site.url('/article'), 'ssr');
    // robots.txt, the page, llms.txt: two pauses between them.
    expect(systemClock.monotonic() - before).toBeGreaterThanOrEqual(290);
  });
});
