import type { LanguageModel } from '../analysis/language-model.ts';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { CapturePage } from '../contract/page-record.ts';
import type { AddressGuard } from '../platform/address-guard.ts';
import type { Clock } from '../platform/clock.ts';
import type { Config } from '../platform/config.ts';
import type { Database } from '../platform/database.ts';
import type { Log } from '../platform/log.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { Queue } from '../platform/queue.ts';
import type { SecretCipher } from '../platform/secret-cipher.ts';
import type { Admission } from './admission.ts';
import type { Authentication } from './authenticate.ts';
import type { LaneStatus } from './lane-status.ts';
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
  authentication: Authentication;
  waiters: Waiters;
  /** Where proof lies. */
  store: ArtifactStore;
  metrics: Metrics;
  admission: Admission;
  /** The fleet's lanes as they are now. */
  lanes: () => Promise<LaneStatus[]>;
  /** Page captures of this process; `capture` is undefined where none can be made. */
  pages: { guard: AddressGuard; capture: CapturePage | undefined };
  /** Writes some texts; undefined: all are made from templates. */
  model: LanguageModel | undefined;
  webhooks: { guard: AddressGuard; cipher: () => SecretCipher };
  /** True once the server is closing. */
  draining(): boolean;
}
