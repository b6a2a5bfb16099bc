import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BrowserPool } from '../../../src/fleet/browser-pool.ts';
import { PageCapturer } from '../../../src/fleet/page-capturer.ts';
import { findBrowser } from '../../../src/platform/browser-binary.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { readConfig } from '../../../src/platform/config.ts';
import { scorePage } from '../../../src/score/score-page.ts';
import { testLog } from '../database.ts';
import { openPageSite, type PageSite } from './page-world.ts';

let site: PageSite;
let pool: BrowserPool;
let capturer: PageCapturer;
const dataDir = mkdtempSync(join(tmpdir(), 'fleet-page-'));

beforeAll(async () => {
  site = await openPageSite();
  const { path, binary } = findBrowser(readConfig({}, '/'), 'shell');
  const launch = { executablePath: path, binary, stagePort: undefined, plugins: [], dataDir, log: testLog };
  pool = new BrowserPool(launch, systemClock);
  capturer = new PageCapturer({
    ...{ guard: site.guard, clock: systemClock, log: testLog, hostIntervalMs: 0 },
    pool: () => Promise.resolve(pool),
  });
});
afterAll(async () => {
  await capturer.close();
  await pool.stop();
  await site.close();
  rmSync(dataDir, { recursive: true, force: true });
});

describe('a rendered page', () => {
  it('given text that a script builds, then it is read, pictured, and nothing private is reached', async () => {
    const { record, screenshot } = await capturer.capture(site.url('/app'), 'rendered');
    expect(record.outcome).toEqual({ kind: 'captured' });
    expect(record.static_html).toContain('<div id="a"></div>');
    expect(record.rendered_html).toContain('Built by script');
    expect(screenshot?.subarray(1, 4).toString()).toBe('PNG');
    expect(record.screenshot?.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(record.rendered_html).toContain('<title>doors undefined undefined</title>');
    // The pictures and the request of its script led to this very machine and to a private one.
    expect(site.asked).not.toContain('/x.png');
    expect(site.asked).not.toContain('/stolen');
    const score = scorePage(record, { now: Date.parse(record.captured_at), depth: 'score' });
    expect(score.factors.find(({ id }) => id === 'F2')?.value).toBeLessThan(0.1);
  });

  it('given a script that leads to a private address, then the page ends there', async () => {
    const { record, screenshot } = await capturer.capture(site.url('/app-to-private'), 'rendered');
    expect(record.outcome).toMatchObject({ kind: 'failed', code: 'private_address' });
    expect(screenshot).toBeNull();
  });

  it('given nothing to see, then it is an empty page', async () => {
    const { record } = await capturer.capture(site.url('/empty'), 'rendered');
    expect(record.outcome).toMatchObject({ kind: 'failed', code: 'empty_page' });
  });

  it('given a script that makes a million elements, then the page is refused as one that came with them', async () => {
    const { record, screenshot } = await capturer.capture(site.url('/app-nodes'), 'rendered');
    expect(record.outcome).toMatchObject({ kind: 'failed', code: 'too_many_elements' });
    expect(record.rendered_html).toBeNull();
    expect(screenshot).toBeNull();
  });
});
