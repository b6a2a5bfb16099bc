import { createApi } from '../../src/api/server.ts';
import { openArtifactStore } from '../../src/artifacts/open-store.ts';
import { openFoundation } from '../../src/cli/foundation.ts';
import { surfaceCatalog } from '../../src/cli/service.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { processConfig } from '../../src/platform/config.ts';
import { createLog } from '../../src/platform/log.ts';

/** One API process on DATABASE_URL, configured as any other; prints its address. */
const config = processConfig();
const log = createLog(config.logLevel, 'api');
const foundation = await openFoundation(config, log);
const api = await createApi({
  ...foundation,
  config,
  catalog: surfaceCatalog(),
  store: openArtifactStore(config),
  log,
  clock: systemClock,
});
const { url } = await api.listen();
process.stdout.write(`${url}\n`);
