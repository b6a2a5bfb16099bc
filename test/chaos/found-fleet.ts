import { join, resolve } from 'node:path';
import type { Database } from '../../src/platform/database.ts';
import { testLog } from '../integration/database.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/**
 * Tables, the first account, its webhook secret and an API key, as a version of the fleet makes them: the one whose tree
 * is given, else the present one.
 */
export async function foundFleet(
  db: Database,
  { tree = ROOT, ...secrets }: { tree?: string | undefined; webhookKey: string; dataDir: string },
): Promise<{ apiKey: string; webhookSecret: string }> {
  const of = (file: string): string => join(tree, 'src', file);
  const { ALL_MIGRATIONS } = (await import(
    of('cli/migrations.ts')
  )) as typeof import('../../src/cli/migrations.ts');
  const { migrate } = (await import(
    of('platform/migrations.ts')
  )) as typeof import('../../src/platform/migrations.ts');
  const { DEFAULT_ACCOUNT } = (await import(
    of('jobs/account.ts')
  )) as typeof import('../../src/jobs/account.ts');
  const { ensureFirstAccount } = (await import(
    of('jobs/accounts.ts')
  )) as typeof import('../../src/jobs/accounts.ts');
  const { createKey } = (await import(of('jobs/api-keys.ts'))) as typeof import('../../src/jobs/api-keys.ts');
  const { webhookCipher } = (await import(
    of('webhooks/cipher.ts')
  )) as typeof import('../../src/webhooks/cipher.ts');
  const { createSecret } = (await import(
    of('webhooks/secrets.ts')
  )) as typeof import('../../src/webhooks/secrets.ts');
  await migrate(db, ALL_MIGRATIONS, testLog);
  await ensureFirstAccount(db, { startCredits: 100_000_000, now: Date.now() });
  const cipher = webhookCipher(secrets)();
  const secret = await createSecret(db, cipher, DEFAULT_ACCOUNT, Date.now());
  const { key } = await createKey(db, { label: 'chaos' }, Date.now());
  return { apiKey: key, webhookSecret: secret?.secret ?? '' };
}
