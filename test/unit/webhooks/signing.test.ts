import { createHmac, randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { keyOf, signatureHeaders } from '../../../src/webhooks/signing.ts';

const body = Buffer.from('{"id":"evt_1","text":"ünï 🜁"}');
const now = (): number => Math.floor(Date.now() / 1000);
const minted = (bytes = 32): string => `whsec_${randomBytes(bytes).toString('base64')}`;
const headersOf = (...secrets: string[]): Record<string, string> =>
  signatureHeaders({ eventId: 'evt_1', timestampS: now(), body, secrets });

describe('signatures', () => {
  it.each([24, 32, 64])('with a secret of %i random bytes verify with standardwebhooks', (bytes) => {
    const secret = minted(bytes);
    expect(new Webhook(secret).verify(body.toString(), headersOf(secret))).toEqual(
      JSON.parse(body.toString()),
    );
  });

  it.each(['whsec_your_signing_secret', 'a plain secret of words', 'c2hvcnQ=', `whsec_${'A'.repeat(200)}`])(
    'with %j, which is no key in base64, verify with its raw text',
    (secret) => {
      const verifier = new Webhook(secret, { format: 'raw' });
      expect(verifier.verify(body.toString(), headersOf(secret))).toBeTruthy();
    },
  );

  it('are given for every secret of an overlap, and x-aisearch-signature for the newest alone', () => {
    const [newest, older] = [minted(), minted()];
    const headers = headersOf(newest, older);
    expect(headers['webhook-signature']?.split(' ')).toHaveLength(2);
    for (const secret of [newest, older]) {
      expect(new Webhook(secret).verify(body.toString(), headers)).toBeTruthy();
    }
    expect(() => new Webhook(minted()).verify(body.toString(), headers)).toThrow();
    expect(headers['x-aisearch-signature']).toBe(createHmac('sha256', newest).update(body).digest('hex'));
  });

  it('base64 without the prefix is a key, too', () => {
    const bytes = randomBytes(32);
    expect(keyOf(bytes.toString('base64'))).toEqual(bytes);
    expect(keyOf('x'.repeat(16))).toEqual(Buffer.from('x'.repeat(16)));
  });
});
