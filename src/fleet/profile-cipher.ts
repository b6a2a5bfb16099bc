import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FleetError } from '../contract/errors.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SALT = 'capture-fleet profile v1';

/** Encrypts profiles at rest with AES-256-GCM. */
export class ProfileCipher {
  readonly #key: Buffer;

  constructor(secret: string) {
    this.#key = scryptSync(secret, SALT, 32);
  }

  /** Nonce, tag and ciphertext in one. */
  seal(plain: string): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce);
    const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), body]);
  }

  /** Throws CONFIG_INVALID when the secret is not the one that sealed it. */
  open(sealed: Buffer): string {
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, sealed.subarray(0, NONCE_BYTES));
      decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      return (
        decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
      );
    } catch (cause) {
      throw new FleetError('CONFIG_INVALID', 'a profile cannot be decrypted with this key', {
        cause,
        fix: 'set FLEET_PROFILE_KEY to the value it was added with, or add the profile again',
      });
    }
  }
}

/**
 * The secret of this installation: FLEET_PROFILE_KEY, else a key file under the data directory, made at first use and
 * readable by its owner only. Workers on several machines need the variable.
 */
export function profileSecret(given: string | undefined, dataDir: string): string {
  if (given !== undefined) return given;
  const file = join(dataDir, 'profile.key');
  if (!existsSync(file)) {
    mkdirSync(dataDir, { recursive: true });
    // `wx`: of two processes that start at once, one writes and both read the same key.
    try {
      writeFileSync(file, randomBytes(32).toString('hex'), { mode: 0o600, flag: 'wx' });
    } catch (error) {
      if (!existsSync(file)) throw error;
    }
  }
  return readFileSync(file, 'utf8');
}
