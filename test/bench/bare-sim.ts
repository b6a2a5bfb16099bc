import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright';
import { stageHeaders } from '../../src/fleet/stage-headers.ts';
import { findBrowser } from '../../src/platform/browser-binary.ts';
import { readConfig } from '../../src/platform/config.ts';
import { spread } from './figures.ts';
import { pageMsIn, SIM_DONE, SIM_URL } from './sim-page.ts';
import { startSimStage } from './sim-stage.ts';
import { treeCpuS } from './tree-cost.ts';

const VIEWPORT = { width: 1280, height: 900 };

export interface BareFigures {
  perCpuMinute: number;
  cpuS: number;
  perMinute: number;
  /** From an empty browser to the closed context, less what the page itself needed; ms. */
  overhead: ReturnType<typeof spread>;
}

/**
 * The least that captures the same page: Playwright alone, a context each, page text and fast PNG of the window, nothing
 * stored. What it costs is what the page costs, on this machine and now.
 */
export async function measureBare(
  query: string,
  captures: number,
  atOnce: number,
  browser: string,
): Promise<BareFigures> {
  const stage = await startSimStage();
  const isRoot = process.getuid?.() === 0;
  const launched = await chromium.launch({
    ...{ executablePath: browser, chromiumSandbox: !isRoot },
    args: [`--host-resolver-rules=MAP * 127.0.0.1:${stage.port}`],
  });
  let overheads: number[] = [];
  const capture = async (): Promise<void> => {
    const began = performance.now();
    const context = await launched.newContext({
      ...{ viewport: VIEWPORT, ignoreHTTPSErrors: true, extraHTTPHeaders: stageHeaders('chatgpt', query) },
    });
    const page = await context.newPage();
    await page.goto(SIM_URL);
    await page.locator(SIM_DONE).waitFor();
    const html = await page.content();
    gzipSync(html);
    const cdp = await context.newCDPSession(page);
    await cdp.send('Page.captureScreenshot', { format: 'png', optimizeForSpeed: true });
    await context.close();
    overheads.push(performance.now() - began - pageMsIn(html));
  };
  await Promise.all(Array.from({ length: atOnce }, capture));
  overheads = [];
  const fleetCpu = (): number => treeCpuS(process.pid) - treeCpuS(stage.pid);
  const cpuBefore = fleetCpu();
  const began = performance.now();
  let begun = 0;
  const lane = async (): Promise<void> => {
    while (begun++ < captures) await capture();
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  const cpuS = (fleetCpu() - cpuBefore) / captures;
  const perMinute = (captures / (performance.now() - began)) * 60_000;
  await launched.close();
  await stage.stop();
  return { perCpuMinute: 60 / cpuS, cpuS, perMinute, overhead: spread(overheads) };
}

/** As measureBare, with the installed headless shell where no browser is given. */
export async function bareBeside(
  query: string,
  captures: number,
  atOnce: number,
  browser: string | undefined,
): Promise<BareFigures> {
  const path = browser ?? findBrowser(readConfig({}, '/'), 'shell').path;
  const bare = await measureBare(query, captures, atOnce, path);
  const round = (value: number): number => Math.round(value * 100) / 100;
  return {
    ...bare,
    ...{ perCpuMinute: round(bare.perCpuMinute), cpuS: round(bare.cpuS), perMinute: round(bare.perMinute) },
  };
}
