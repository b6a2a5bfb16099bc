import { randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { KeyMode } from './account.ts';
import { type FrontName, KEY_FRONTS } from './key-fronts.ts';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const RANDOM_LENGTH = 30;
const CHECK_LENGTH = 6;
const PREFIXES = ['aisk_live_', 'aisk_test_', ...Object.values(KEY_FRONTS).map(({ prefix }) => prefix)];
const TAIL = /^[0-9A-Za-z]{36}$/;

/**
 * A new key: `aisk_live_`, `aisk_test_` or the prefix of a front, 30 random base62 characters (about 178 bits), 6 of CRC-32
 * in base62, as GitHub's tokens of 2021 do it: a prefix that secret scanners find, a checksum that refuses typing errors
 * without a look-up.
 */
export function newKeyText(mode: KeyMode = 'live', front?: FrontName): string {
  const random = Array.from({ length: RANDOM_LENGTH }, () => BASE62[randomInt(BASE62.length)]).join('');
  const prefix = front === undefined ? `aisk_${mode}_` : KEY_FRONTS[front].prefix;
  return `${prefix}${random}${checksum(random)}`;
}

/** False for a text that claims to be one of our keys and has a wrong length or checksum; true for anything else. */
export function isPlausibleKey(text: string): boolean {
  const prefix = PREFIXES.find((known) => text.startsWith(known));
  if (prefix === undefined) return text.length >= 20 && text.length <= 512;
  const tail = text.slice(prefix.length);
  return TAIL.test(tail) && tail.endsWith(checksum(tail.slice(0, RANDOM_LENGTH)));
}

function checksum(random: string): string {
  let rest = crc32(random);
  let text = '';
  for (let digit = 0; digit < CHECK_LENGTH; digit++) {
    text = `${BASE62[rest % 62]}${text}`;
    rest = Math.floor(rest / 62);
  }
  return text;
}
