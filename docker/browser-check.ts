import { endBrowser, launchBrowser } from '../src/fleet/launch-browser.ts';
import { findBrowser } from '../src/platform/browser-binary.ts';
import { processConfig } from '../src/platform/config.ts';
import { Deadline } from '../src/platform/deadline.ts';
import { createLog } from '../src/platform/log.ts';

/** Launches the browser that the fleet would take; exits 1 when it does not start, or starts without its sandbox. */
const config = processConfig();
const log = createLog('silent', 'browser-check');
const { path, binary } = findBrowser(config, 'shell');
const deadline = Deadline.after(60_000);
const launched = await launchBrowser(
  { executablePath: path, binary, stagePort: undefined, plugins: config.browserPlugins, log },
  deadline,
);
const { version } = launched.info;
await endBrowser(launched, deadline, log);
process.stdout.write(`${path} ${version}, sandbox ${launched.sandboxed ? 'on' : 'off'}\n`);
process.exitCode = launched.sandboxed ? 0 : 1;
