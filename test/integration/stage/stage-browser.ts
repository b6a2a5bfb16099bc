import { type Browser, chromium } from 'playwright';
import { findBrowser } from '../../../src/platform/browser-binary.ts';
import { processConfig } from '../../../src/platform/config.ts';
import { stageBrowserArgs } from '../../../src/stage/server.ts';

/** A headless browser whose every request goes to the stage on this port. */
export async function launchStageBrowser(port: number): Promise<Browser> {
  return chromium.launch({
    executablePath: findBrowser(processConfig(), 'shell').path,
    chromiumSandbox: process.getuid?.() !== 0,
    args: stageBrowserArgs(port),
  });
}
