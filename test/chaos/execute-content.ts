import { setTimeout as pause } from 'node:timers/promises';
import { FsArtifactStore } from '../../src/artifacts/fs-store.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { openListener } from '../../src/platform/listener.ts';
import { createLog } from '../../src/platform/log.ts';
import { openQueue } from '../../src/platform/queue.ts';
import { playedPages } from '../integration/analysis/played-pages.ts';
import { startPageWorker } from '../integration/page-worker.ts';

/** A worker for pages, which are there at once, until it is killed: `node … URL DIRECTORY`. */
const [url = '', directory = ''] = process.argv.slice(2);
const log = createLog('fatal', 'content');
const db = openDatabase(url, { log });
await startPageWorker({
  ...{ db, log, listener: await openListener(url, { log }), store: new FsArtifactStore(directory), slots: 4 },
  queue: await openQueue(db, { log, heartbeatS: 10, captureTimeoutMs: 60_000, retryDelayS: 0 }),
  // As long in hand as it takes to be killed with it.
  pages: async (address, mode, signal) => {
    await pause(500);
    return playedPages()(address, mode, signal);
  },
});
process.stdout.write('executing\n');
