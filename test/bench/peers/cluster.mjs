import { Cluster } from 'puppeteer-cluster';
import puppeteer from 'puppeteer-core';
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

/** puppeteer-cluster with a context per capture. */
const cluster = await Cluster.launch({
  puppeteer,
  concurrency: Cluster.CONCURRENCY_CONTEXT,
  maxConcurrency: order.concurrency,
  timeout: 60_000,
  puppeteerOptions: {
    executablePath: order.browser,
    headless: order.shell ? 'shell' : true,
    acceptInsecureCerts: true,
    defaultViewport: VIEWPORT,
    args: [...browserArgs, ...(withoutSandbox ? ['--no-sandbox'] : [])],
  },
});

await cluster.task(async ({ page }) => {
  await page.setExtraHTTPHeaders(order.headers);
  await page.goto(order.url);
  await new Promise((done) => setTimeout(done, HYDRATION_MS));
  await (await page.waitForSelector(order.composer, { visible: true })).click();
  await page.keyboard.sendCharacter(order.query);
  await page.keyboard.press('Enter');
  await page.waitForSelector(order.done, { visible: true });
  check({ html: await page.content(), shot: await page.screenshot({ fullPage: true }) });
});

await cluster.execute({});
serve(
  (captures) => atOnce(captures, () => cluster.execute({})),
  () => cluster.close(),
);
