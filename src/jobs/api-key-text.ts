import { randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { KeyMode } from './account.ts';

const PREFIX_LENGTH = 'aisk_live_'.length;
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const RANDOM_LENGTH = 30;
const CHECK_LENGTH = 6;
const OURS = /^aisk_(?:live|test)_/;
const OWN_FORM = /^aisk_(?:live|test)_[0-9A-Za-z]{36}$/;

/**
 * A new key: `aisk_live_` or `aisk_test_`, 30 random base62 characters (about 178 bits), 6 of CRC-32 in base62, as GitHub's tokens of
 * 2021 do it: a prefix that secret scanners find, a checksum that refuses typing errors without a look-up.
 */
export function newKeyText(mode: KeyMode = 'live'): string {
  const random = Array.from({ length: RANDOM_LENGTH }, () => BASE62[randomInt(BASE62.length)]).join('');
  return `aisk_${mode}_${random}${checksum(random)}`;
}

/** False for a text that claims to be one of our keys and has a wrong length or checksum; true for anything else. */
export function isPlausibleKey(text: string): boolean {
  if (!OURS.test(text)) return text.length >= 20 && text.length <= 512;
  if (!OWN_FORM.test(text)) return false;
  const random = text.slice(PREFIX_LENGTH, PREFIX_LENGTH + RANDOM_LENGTH);
  return text.endsWith(checksum(random));
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
