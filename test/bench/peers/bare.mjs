import { chromium } from 'playwright';
import {
  atOnce,
  browserArgs,
  check,
  HYDRATION_MS,
  order,
  serve,
  VIEWPORT,
  withoutSandbox,
} from './order.mjs';

/** Playwright alone: one browser, a context per capture. */
const browser = await chromium.launch({
  executablePath: order.browser,
  chromiumSandbox: !withoutSandbox,
  args: browserArgs,
});

async function capture() {
  const context = await browser.newContext({
    ...{ viewport: VIEWPORT, ignoreHTTPSErrors: true, extraHTTPHeaders: order.headers },
  });
  try {
    const page = await context.newPage();
    await page.goto(order.url);
    await page.waitForTimeout(HYDRATION_MS);
    await page.locator(order.composer).first().click();
    await page.keyboard.insertText(order.query);
    await page.keyboard.press('Enter');
    await page.locator(order.done).first().waitFor();
    check({ html: await page.content(), shot: await page.screenshot({ fullPage: true }) });
  } finally {
    await context.close();
  }
}

await capture();
serve(
  (captures) => atOnce(captures, capture),
  () => browser.close(),
);
