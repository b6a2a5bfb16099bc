import { ContentRunner } from '../../src/analysis/content-runner.ts';
import { FsArtifactStore } from '../../src/artifacts/fs-store.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { openListener } from '../../src/platform/listener.ts';
import { createLog } from '../../src/platform/log.ts';
import { playedCapture } from '../integration/analysis/content-world.ts';

/** A process that executes content runs, with pages that are there at once, until it is killed: `node … URL DIRECTORY`. */
const [url = '', directory = ''] = process.argv.slice(2);
const log = createLog('fatal', 'content');
const runner = new ContentRunner({
  ...{ db: openDatabase(url, { log }), listener: await openListener(url, { log }), log, clock: systemClock },
  ...{ store: new FsArtifactStore(directory), capture: playedCapture(), origin: 'live' },
  ...{ concurrency: 4, pollMs: 50, leaseMs: 1_500 },
});
await runner.start();
process.stdout.write('executing\n');
