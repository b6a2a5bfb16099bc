import { Configuration, log, PlaywrightCrawler } from '@crawlee/playwright';
import { chromium } from 'playwright';
import { browserArgs, check, HYDRATION_MS, order, serve, VIEWPORT, withoutSandbox } from './order.mjs';

/** Crawlee's PlaywrightCrawler, a context per capture (`useIncognitoPages`), no fingerprints, nothing on disk. */
log.setLevel(log.LEVELS.OFF);
let tally = { ok: 0, failed: 0 };
let left = 0;
let ended = () => undefined;
let number = 0;

function count(failure) {
  if (failure === undefined) tally.ok++;
  else {
    tally.failed++;
    tally.firstFailure ??= failure;
  }
  if (--left === 0) ended(tally);
}

const crawler = new PlaywrightCrawler(
  {
    keepAlive: true,
    maxRequestRetries: 0,
    minConcurrency: order.concurrency,
    maxConcurrency: order.concurrency,
    launchContext: {
      launcher: chromium,
      useIncognitoPages: true,
      launchOptions: {
        ...{ executablePath: order.browser, chromiumSandbox: !withoutSandbox, args: browserArgs },
        // Crawlee leads everything through a proxy of its own, which the resolver rule would send to the stage.
        proxy: { bypass: '*' },
      },
    },
    browserPoolOptions: {
      useFingerprints: false,
      prePageCreateHooks: [
        (_id, _controller, options) =>
          Object.assign(options ?? {}, {
            ...{ viewport: VIEWPORT, ignoreHTTPSErrors: true, extraHTTPHeaders: order.headers },
          }),
      ],
    },
    preNavigationHooks: [({ page }) => page.setExtraHTTPHeaders(order.headers)],
    requestHandler: async ({ page }) => {
      await page.waitForTimeout(HYDRATION_MS);
      await page.locator(order.composer).first().click();
      await page.keyboard.insertText(order.query);
      await page.keyboard.press('Enter');
      await page.locator(order.done).first().waitFor();
      check({ html: await page.content(), shot: await page.screenshot({ fullPage: true }) });
      count();
    },
    failedRequestHandler: (_context, error) => count(String(error)),
  },
  new Configuration({ persistStorage: false, purgeOnStart: false }),
);

async function round(captures) {
  const all = new Promise((done) => {
    ended = done;
  });
  tally = { ok: 0, failed: 0 };
  left = captures;
  await crawler.addRequests(
    Array.from({ length: captures }, () => ({ url: order.url, uniqueKey: `capture-${number++}` })),
  );
  return all;
}

const running = crawler.run();
await round(1);
serve(round, async () => {
  crawler.stop();
  await running;
});
