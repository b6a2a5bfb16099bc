import type { KeyCheck } from '../jobs/api-key-check.ts';
import type { Clock } from '../platform/clock.ts';
import type { Config } from '../platform/config.ts';
import type { Database } from '../platform/database.ts';
import type { Log } from '../platform/log.ts';
import type { Queue } from '../platform/queue.ts';
import type { Admission } from './admission.ts';
import type { SurfaceCatalog } from './surface-catalog.ts';
import type { Waiters } from './waiters.ts';

/** What the routes work with. */
export interface ApiContext {
  config: Config;
  db: Database;
  queue: Queue;
  catalog: SurfaceCatalog;
  clock: Clock;
  log: Log;
  keys: KeyCheck;
  waiters: Waiters;
  admission: Admission;
  /** True once the server is closing. */
  draining(): boolean;
}
