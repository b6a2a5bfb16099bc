import { installationSecret, SecretCipher } from '../platform/secret-cipher.ts';

/** Encrypts profiles at rest with AES-256-GCM. */
export class ProfileCipher extends SecretCipher {
  constructor(secret: string) {
    super(secret, {
      salt: 'capture-fleet profile v1',
      what: 'a profile',
      fix: 'set FLEET_PROFILE_KEY to the value it was added with, or add the profile again',
    });
  }
}

/**
 * The secret of this installation: FLEET_PROFILE_KEY, else a key file under the data directory. Workers on several
 * machines need the variable.
 */
export function profileSecret(given: string | undefined, dataDir: string): string {
  return installationSecret(given, dataDir, 'profile.key');
}
