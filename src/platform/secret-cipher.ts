import { createCipheriv, createDecipheriv, createHmac, randomBytes, scryptSync } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FleetError } from '../contract/errors.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export interface CipherPurpose {
  /** Separates the keys of two purposes that share a secret. */
  salt: string;
  /** What is sealed, for the message of a wrong key. */
  what: string;
  /** What a person can do about a wrong key. */
  fix: string;
}

/** Encrypts small secrets at rest with AES-256-GCM. */
export class SecretCipher {
  readonly #secret: string;
  readonly #purpose: CipherPurpose;
  #derived: Buffer | undefined;

  constructor(secret: string, purpose: CipherPurpose) {
    this.#secret = secret;
    this.#purpose = purpose;
  }

  /** Made at first use: it takes 50 ms, and most processes seal nothing. */
  get #key(): Buffer {
    this.#derived ??= scryptSync(this.#secret, this.#purpose.salt, 32);
    return this.#derived;
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
      const nonce = sealed.subarray(0, NONCE_BYTES);
      const tag = sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', this.#key, nonce, { authTagLength: TAG_BYTES });
      decipher.setAuthTag(tag);
      const body = decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8');
      return body + decipher.final('utf8');
    } catch (cause) {
      const { what, fix } = this.#purpose;
      throw new FleetError('CONFIG_INVALID', `${what} cannot be decrypted with this key`, { cause, fix });
    }
  }

  /** A keyed digest (hex): tells whether two texts are the same without keeping either. */
  digest(plain: string): string {
    return createHmac('sha256', this.#key).update(plain).digest('hex');
  }
}

/**
 * The secret of this installation: the given one, else a key file under the data directory, made at first use and
 * readable by its owner only. Processes on several machines need the variable.
 */
export function installationSecret(given: string | undefined, dataDir: string, fileName: string): string {
  if (given !== undefined) return given;
  const file = join(dataDir, fileName);
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
