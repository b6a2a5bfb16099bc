import { createHash, randomBytes } from 'node:crypto';
import { isRequestId, type JobId, type RequestId } from '../contract/ids.ts';

const BASE32 = 'abcdefghjkmnpqrstvwxyz0123456789';

/** A new parent job id with 128 bits of randomness. */
export function newJobId(): JobId {
  return newId('job') as JobId;
}

/** A new id with 128 bits of randomness: the prefix, `_`, and 26 lower-case base32 characters. */
export function newId(prefix: string): string {
  let bits = BigInt(`0x${randomBytes(16).toString('hex')}`);
  let text = '';
  for (let digit = 0; digit < 26; digit++) {
    text = `${BASE32[Number(bits & 31n)]}${text}`;
    bits >>= 5n;
  }
  return `${prefix}_${text}`;
}

/** The client's own request id where it may be echoed, else a new one. */
export function requestIdFrom(header: string | undefined): RequestId {
  if (header !== undefined && isRequestId(header)) return header;
  return `req_${randomBytes(16).toString('hex')}` as RequestId;
}

/** Lower-case hex SHA-256. */
export function sha256Hex(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
