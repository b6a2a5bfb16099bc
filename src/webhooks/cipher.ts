import type { Config } from '../platform/config.ts';
import { installationSecret, SecretCipher } from '../platform/secret-cipher.ts';

/**
 * Opens what seals webhook secrets: FLEET_WEBHOOK_KEY, else a key file under the data directory. The key is derived at
 * first use, so that a process without webhooks neither waits for it nor makes a file.
 */
export function webhookCipher(config: Pick<Config, 'webhookKey' | 'dataDir'>): () => SecretCipher {
  let cipher: SecretCipher | undefined;
  return () => {
    cipher ??= new SecretCipher(installationSecret(config.webhookKey, config.dataDir, 'webhook.key'), {
      salt: 'capture-fleet webhook v1',
      what: 'a webhook secret',
      fix: 'set FLEET_WEBHOOK_KEY to the same value on every machine, or rotate the secret',
    });
    return cipher;
  };
}
