import { startEmbeddedPostgres } from '../../../src/platform/embedded-postgres.ts';
import { createLog } from '../../../src/platform/log.ts';

/** A process that owns the embedded Postgres of a directory until it is told to stop, or killed. */
const dataDir = process.argv[2] ?? '';
const postgres = await startEmbeddedPostgres({ dataDir, log: createLog('silent', 'hold') });
process.once('SIGTERM', () => void postgres.stop());
process.stdout.write(`${postgres.url}\n`);
