import { ProfileCipher, profileSecret } from '../fleet/profile-cipher.ts';
import { Profiles } from '../fleet/profiles.ts';
import type { Config } from '../platform/config.ts';
import type { Log } from '../platform/log.ts';
import { joinMigratedDatabase, Opened } from './foundation.ts';

/** Opens the database for some work on profiles. */
export async function withProfiles<T>(
  config: Config,
  log: Log,
  work: (profiles: Profiles) => Promise<T>,
): Promise<T> {
  const opened = new Opened();
  try {
    const db = await joinMigratedDatabase(config, log, opened);
    return await work(new Profiles(db, new ProfileCipher(profileSecret(config.profileKey, config.dataDir))));
  } finally {
    await opened.close();
  }
}
